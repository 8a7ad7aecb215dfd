// Every sort of page, by name: where it is, once the demo's builds are known. Needs nothing to be loaded.

const build = (it, rest = "") => `/${it.project}/builds/${it.newest.id}${rest}`;
const compare = (it, old, now) => `/${it.project}/compare?old=${old.id}&new=${now.id}`;
const query = (text) => encodeURIComponent(text);

export const ADDRESSES = {
  projects: () => "/",
  login: () => "/login",
  project: (it) => `/${it.project}`,
  "project-formatting": (it) => `/${it.project}?metric=formatting`,
  build: (it) => build(it),
  "build-formatting": (it) => build(it, "/formatting"),
  "build-stack": (it) => build(it, "/stack"),
  "build-symbols": (it) => build(it, "/symbols"),
  "build-symbols-filtered": (it) => build(it, "/symbols?filter=fmt&sort=name"),
  "build-source": (it) => build(it, "/source"),
  "build-duplicates": (it) => build(it, "/duplicates"),
  "build-advice": (it) => build(it, "/advice"),
  "build-why": (it) => build(it, `/why?symbol=${query(it.symbol.mangled)}`),
  "build-why-form": (it) => build(it, "/why"),
  compare: (it) => compare(it, it.before, it.newest),
  "story-build": (it) => `/${it.project}/builds/${it.sunk.id}`,
  "story-compare": (it) => compare(it, it.afloat, it.sunk),
  "story-formatting": (it) => `/${it.project}/builds/${it.sunk.id}/formatting`,
  "compare-form": (it) => `/${it.project}/compare`,
  symbol: (it) => `/${it.project}/symbols?target=${query(it.newest.target)}&name=${query(it.symbol.name)}`,
  alerts: (it) => `/${it.project}/alerts`,
  settings: (it) => `/${it.project}/settings`,
  "new-project": () => "/new",
};

/** What an address leads to that is none of these. */
export const NOT_FOUND = { "not-found": "/no/such" };
