// Codes that links of mails and offers have behind #token=, which browsers send to no server.
import { rename } from "./router";
import { ofTab } from "./storage";

/** Kept out of the history, and for this tab until it is used: its owner may have to sign in first. */
export function takeCode(key: string): string {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found) {
    ofTab.set(key, found);
    rename(location.pathname);
  }
  return ofTab.get(key) ?? "";
}
