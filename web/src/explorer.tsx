import { GraphiQL } from "graphiql";

import { EXAMPLES } from "./examples";
import { fetcher } from "./fetcher";
import { TokenBar } from "./token-bar";

const TABS = EXAMPLES.map(({ document }) => ({ query: document }));

export function Explorer() {
  return (
    <>
      <TokenBar />
      {/* Like the token, what was typed ends with the browser's tab; a new one has the examples again. */}
      <GraphiQL fetcher={fetcher} defaultTabs={TABS} storage={sessionStorage} defaultEditorToolsVisibility="variables">
        <GraphiQL.Logo>Cinema tickets</GraphiQL.Logo>
      </GraphiQL>
    </>
  );
}
