import { render } from "preact";
import { App } from "./app";
import { startLocale } from "./i18n";
import { followLinks } from "./router";
import "./style/base.css";
import "./style/account.css";
import "./style/movies.css";
import "./style/tickets.css";

followLinks();
await startLocale();
render(<App />, document.getElementById("shop") as HTMLElement);
