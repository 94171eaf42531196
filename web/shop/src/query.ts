// What is read for a component: on its way, failed, or there.
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

/** Reads when the component is shown, and again when `key` or the language changes. The last answer counts. */
export function useLoad<R>(key: string, load: (signal: AbortSignal) => Promise<R>): Found<R> {
  const [state, setState] = useState<{ key: string; data: R | null; failure: string | null }>();
  const [tries, setTries] = useState(0);
  const whole = `${locale.value} ${key} ${tries}`;
  useEffect(() => {
    const over = new AbortController();
    load(over.signal).then(
      (data) => setState({ key: whole, data, failure: null }),
      (error: unknown) => {
        if (!over.signal.aborted) setState({ key: whole, data: null, failure: explain(error) });
      },
    );
    return () => over.abort();
  }, [whole]);
  const isPresent = state?.key === whole;
  return {
    data: isPresent ? state.data : null,
    failure: isPresent ? state.failure : null,
    retry: () => setTries(tries + 1),
  };
}

export function useQuery<R, V>(document: TypedDocumentString<R, V>, variables: V): Found<R> {
  return useLoad(JSON.stringify(variables), (signal) => ask(document, variables, { signal }));
}

/** Calls while the page is visible, and at once when it becomes visible again. */
export function useRepeated(seconds: number, work: (signal: AbortSignal) => void, key: string): void {
  useEffect(() => {
    const over = new AbortController();
    let last = Date.now();
    const look = () => {
      if (document.hidden || Date.now() - last < seconds * 1000) return;
      last = Date.now();
      work(over.signal);
    };
    const timer = setInterval(look, 1000);
    document.addEventListener("visibilitychange", look);
    return () => {
      over.abort();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [key]);
}
