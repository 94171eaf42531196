// Which page is shown. app/shop.py serves the same paths, and answers 404 for others.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

const PAGES = {
  movies: /^\/$/,
  movie: /^\/movies\/([^/]+)$/,
  session: /^\/sessions\/([^/]+)$/,
  reservation: /^\/reservations\/([^/]+)$/,
  tickets: /^\/tickets$/,
  account: /^\/account$/,
  signIn: /^\/sign-in$/,
  signUp: /^\/sign-up$/,
  signedIn: /^\/signed-in$/,
  forgotPassword: /^\/forgot-password$/,
  resetPassword: /^\/reset-password$/,
  verifyEmail: /^\/verify-email$/,
} as const;

export type PageName = keyof typeof PAGES;

export interface Place {
  page: PageName | null;
  /** The last part of the path, where it has an id; else empty. */
  id: string;
  path: string;
  query: URLSearchParams;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // somebody's broken link: nothing has this id
  }
}

export function placeOf(path: string, search: string): Place {
  const query = new URLSearchParams(search);
  for (const [page, pattern] of Object.entries(PAGES)) {
    const found = pattern.exec(path);
    if (found) {
      return { page: page as PageName, id: decoded(found[1] ?? ""), path, query };
    }
  }
  return { page: null, id: "", path, query };
}

function present(): Place {
  return placeOf(location.pathname, location.search);
}

export const place = signal<Place>(present());
/** The first page of a visit keeps the browser's focus; later ones put it on their heading. */
let focusIsDue = false;

/** Another query is the same page: what has the focus keeps it. */
function show(): void {
  focusIsDue ||= location.pathname !== place.value.path;
  place.value = present();
}

export function navigate(to: string, { replace = false } = {}): void {
  history.replaceState({ ...history.state, scroll: scrollY }, "");
  if (replace) history.replaceState({}, "", to);
  else history.pushState({}, "", to);
  if (location.pathname !== place.value.path) scrollTo(0, 0);
  show();
}

/** `navigate` after something that took a while: who has left the page meanwhile stays where they are. */
export function useNavigate(): typeof navigate {
  const isLeft = useRef(false);
  useEffect(() => () => void (isLeft.current = true), []);
  return (to, options) => {
    if (!isLeft.current) navigate(to, options);
  };
}

/** The same page by another address, as while somebody types: it is no step back. */
export function rename(to: string): void {
  history.replaceState(history.state, "", to);
  place.value = present();
}

export function takeFocus(heading: HTMLElement): void {
  if (!focusIsDue) return;
  focusIsDue = false;
  heading.focus({ preventScroll: true });
  const scroll: unknown = history.state?.scroll;
  if (typeof scroll === "number") requestAnimationFrame(() => scrollTo(0, scroll));
}

/** Links are plain links: they open in new tabs, can be copied, and work before this program has loaded. */
export function followLinks(): void {
  history.scrollRestoration = "manual";
  addEventListener("popstate", show);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.getAttribute("href")?.startsWith("#") || !placeOf(link.pathname, link.search).page) return;
    event.preventDefault();
    navigate(link.pathname + link.search + link.hash);
  });
}
