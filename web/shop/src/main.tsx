import { render } from "preact";
import { App, loadAhead } from "./app";
import { startLocale } from "./i18n";
import { followLinks } from "./router";
import "./style/base.css";
import "./style/account.css";
import "./style/movies.css";
import "./style/tickets.css";

followLinks();
const texts = startLocale();
loadAhead();
await texts;
render(<App />, document.getElementById("shop") as HTMLElement);
