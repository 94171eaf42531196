// Lets /tickets open without a network. The build puts the files of the page in the place of the two words below.
const SHELL = "shell-__VERSION__";
const FILES = __FILES__;

addEventListener("install", (event) => {
  const keeping = caches.open(SHELL).then((cache) => cache.addAll(["/tickets", ...FILES]));
  event.waitUntil(keeping.then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const older = (names) => names.filter((name) => name.startsWith("shell-") && name !== SHELL);
  event.waitUntil(caches.keys().then((names) => Promise.all(older(names).map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const kept = (name) => caches.match(name, { cacheName: SHELL, ignoreVary: true });
  if (request.mode === "navigate") {
    const shown = (page) => (page.status < 500 ? page : kept("/tickets").then((own) => own ?? page));
    event.respondWith(fetch(request).then(shown, () => kept("/tickets")));
  } else if (FILES.includes(new URL(request.url).pathname)) {
    event.respondWith(kept(new URL(request.url).pathname).then((file) => file ?? fetch(request)));
  }
});
