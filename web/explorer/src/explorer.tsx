import { GraphiQL } from "graphiql";

import { EXAMPLES } from "./examples";
import { fetcher } from "./fetcher";
import { TokenBar } from "./token-bar";

const TABS = EXAMPLES.map(({ document }) => ({ query: document }));

export function Explorer() {
  return (
    <>
      <TokenBar />
      {/* Edits are kept as long as the browser's tab, like the token. A new tab starts with the examples. */}
      <GraphiQL fetcher={fetcher} defaultTabs={TABS} storage={sessionStorage} defaultEditorToolsVisibility="variables">
        <GraphiQL.Logo>Cinema tickets</GraphiQL.Logo>
      </GraphiQL>
    </>
  );
}
