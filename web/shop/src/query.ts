// What an operation answers, for a component: waiting, failed, or there.
import { useEffect, useState } from "preact/hooks";
import { explain } from "./api/errors";
import type { TypedDocumentString } from "./api/generated/graphql";
import { ask } from "./api/http";
import { locale } from "./i18n";

export interface Found<R> {
  data: R | null;
  /** Why there is none, in words for people. */
  failure: string | null;
  retry: () => void;
}

/** Asks when the component is shown, and again when its variables or the language change. The last answer counts. */
export function useQuery<R, V>(document: TypedDocumentString<R, V>, variables: V): Found<R> {
  const [state, setState] = useState<{ key: string; data: R | null; failure: string | null }>();
  const [tries, setTries] = useState(0);
  const key = `${locale.value} ${JSON.stringify(variables)}`;
  useEffect(() => {
    const over = new AbortController();
    ask(document, variables, { signal: over.signal }).then(
      (data) => setState({ key, data, failure: null }),
      (error: unknown) => {
        if (!over.signal.aborted) setState({ key, data: null, failure: explain(error) });
      },
    );
    return () => over.abort();
  }, [key, tries]);
  const isPresent = state?.key === key;
  return {
    data: isPresent ? state.data : null,
    failure: isPresent ? state.failure : null,
    retry: () => setTries(tries + 1),
  };
}
