// The first script of every page. scripts/site puts in names and hashes; so the hash of this file stands for all programs.
const KEY_WORKER = "@worker@";

const PROGRAMS = {
  islands: { bindings: "@islands_bindings@", wasm: "@islands@", integrity: "@islands_integrity@" },
  wizard: { bindings: "@wizard_bindings@", wasm: "@wizard@", integrity: "@wizard_integrity@" },
};
// How long a toast stays, in milliseconds: long enough to read it twice and to reach "Undo".
const STAY = 12_000;
// For how long a form is not sent twice, in milliseconds. A form that downloads something stays on its page.
const ONCE = 5_000;
// After how long a part is loaded again that changes by itself, in milliseconds, and how much longer each pause is than the one
// before. So a page that somebody forgets asks less and less, and the session ends as if it were closed.
const AGAIN = 2_000;
const LONGER = 1.25;
// For how long nobody types before a search, in milliseconds.
const PAUSE = 200;

// What the view! macro takes for unchanging markup, and nothing that could load or run anything. Leptos hands such markup to
// innerHTML once, as a template; all else it makes element by element.
const TAG = new RegExp(
  `^(?:${[
    "a abbr article aside b br button caption circle code col colgroup dd details div dl dt em fieldset figcaption figure footer form",
    "g h[1-6] header hr i img input kbd label legend li main nav noscript ol option output p path pre progress rect section select",
    "leptos-island small span strong sub summary sup svg table tbody td textarea tfoot th thead time title tr u ul wbr",
  ]
    .join(" ")
    .replaceAll(" ", "|")})$`,
);
const ATTRIBUTE = new RegExp(
  `^(?:${[
    "accept action alt aria-[a-z]+ autocapitalize autocomplete checked class cols colspan cx cy d data-[a-z-]+ datetime decoding dir",
    "disabled download enctype enterkeyhint fill for form formaction formmethod height hidden href id inputmode lang loading max maxlength method min",
    "minlength multiple name novalidate open pattern placeholder r readonly rel required role rows rowspan scope selected span",
    "spellcheck src step stroke stroke-linecap stroke-linejoin stroke-width tabindex target title type value viewBox width x xmlns y",
  ]
    .join(" ")
    .replaceAll(" ", "|")})$`,
);
// Where links may lead, and where pictures come from and forms go to. Browsers take "\" for "/", and leave out tabs and ends of
// lines; "&" could stand for any of them.
const ANYWHERE = /^(?:\/(?![\/\\&\t\n\r])|[?#]|https:\/\/|mailto:)/;
const HERE = /^(?:$|\/(?![\/\\&\t\n\r])|[?#])/;

function isHarmless(attribute, value = "") {
  if (!ATTRIBUTE.test(attribute)) return false;
  if (attribute === "href") return ANYWHERE.test(value);
  return !["src", "action", "formaction"].includes(attribute) || HERE.test(value);
}

// Blanks are those of HTML (§13.1.2.3): JavaScript takes more characters for one.
function isInert(html) {
  const rest = html.replace(
    /<\/?([a-z][a-z0-9-]*)((?:[ \t\n\f\r]+[a-zA-Z-]+(?:="[^"<>]*")?)*)[ \t\n\f\r]*\/?>/g,
    (tag, name, attributes) => {
      const all = [...attributes.matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)];
      return TAG.test(name) && all.every(([, attribute, value]) => isHarmless(attribute, value)) ? "" : tag;
    },
  );
  // Comments that Leptos writes where something may come later, or where there is nothing.
  return !/[<>]/.test(rest.replaceAll("<!>", "").replaceAll("<!--<() />-->", ""));
}

// The one policy there is (Content-Security-Policy: trusted-types default). Scripts are never made from text.
globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (html) => (isInert(html) ? html : null),
  createScriptURL: (url) => (url === KEY_WORKER ? url : null),
});

// Loads a program.
async function load({ bindings, wasm, integrity }) {
  const file = fetch(wasm, { integrity });
  const program = await import(bindings);
  await program.default({ module_or_path: file });
  program.start();
  return program;
}

// Hydrates islands of an ordinary page. The wizard's program renders its own.
let small;
async function hydrate(root) {
  const islands = [...root.querySelectorAll("leptos-island")].filter((island) => !island.closest("[data-wizard]"));
  if (islands.length === 0) return;
  small ??= load(PROGRAMS.islands);
  const program = await small;
  for (const island of islands) program[island.dataset.component](island);
}

async function issue() {
  if (document.querySelector("[data-wizard]")) await load(PROGRAMS.wizard);
}

// A toast reports once: the URL forgets the outcome, and the toast leaves by itself unless it reports a failure.
function report(toast) {
  const [area, dismiss] = [toast.parentElement, toast.querySelector(".dismiss")];
  history.replaceState(history.state, "", dismiss.href + location.hash);
  // Screen readers announce what comes to a live region, not what is there already.
  toast.remove();
  requestAnimationFrame(() => area.append(toast));
  dismiss.addEventListener("click", (event) => {
    event.preventDefault();
    toast.remove();
  });
  if (toast.classList.contains("trouble")) return;
  let leaving;
  const stay = () => clearTimeout(leaving);
  const leave = () => {
    stay();
    leaving = setTimeout(() => toast.remove(), STAY);
  };
  for (const held of ["pointerenter", "focusin"]) toast.addEventListener(held, stay);
  for (const free of ["pointerleave", "focusout"]) toast.addEventListener(free, leave);
  leave();
}

// Asks for a page without leaving this one. Returns what is in its <main>, and its address.
async function ask(url, options) {
  const answer = await fetch(url, { ...options, headers: { accept: "text/html" } });
  const html = await answer.text();
  const content = document.createElement("template");
  content.innerHTML = html.slice(html.indexOf(">", html.indexOf("<main")) + 1, html.lastIndexOf("</main>"));
  return { content: content.content, address: answer.url };
}

const TICKED = /^(?:checkbox|radio)$/;
function isFilled({ type, value, defaultValue, checked, defaultChecked }) {
  if (TICKED.test(type)) return checked !== defaultChecked;
  return /^(?:text|search|email|textarea)$/.test(type) && value !== defaultValue;
}
const controlsOf = (place) => [...place.querySelectorAll(":is(a, button, input, select, summary, textarea):not(.toasts *)")];

// Gives a place the children of another one. The person's focus, what they typed and ticked, and what they unfolded stay. `lost` is
// the number of the control that gets the focus if it was on something that is not there any more.
function swap(place, fresh, lost) {
  const controls = () => controlsOf(place);
  const folded = () => [...place.querySelectorAll("details")];
  const field = ({ form, name, type, value }) => JSON.stringify([form?.action, name, TICKED.test(type) && value]);
  const filled = new Map(controls().filter(isFilled).map((each) => [field(each), each]));
  const had = document.activeElement;
  const [held, at, open] = [place.contains(had), controls().indexOf(had), folded().map((each) => each.open)];
  place.replaceChildren(...fresh.childNodes);
  folded().forEach((each, nth) => (each.open ||= open[nth] ?? false));
  for (const each of controls()) {
    const before = filled.get(field(each));
    if (before && TICKED.test(each.type)) each.checked = before.checked;
    else if (before) each.value = before.value;
  }
  if (!held) return;
  const now = controls()[at < 0 ? lost : at];
  // The place itself, then, so that the next press of Tab goes on from here.
  if (!now) place.tabIndex = -1;
  (now ?? place).focus({ preventScroll: true });
  // Null where a control has no caret.
  if (at >= 0 && had.selectionStart != null) now?.setSelectionRange?.(had.selectionStart, had.selectionEnd);
}

// Loads a part again until it says that it will not change any more. What stays the same is not announced again.
async function follow(part) {
  for (let pause = AGAIN; part.hasAttribute("data-again"); pause *= LONGER) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (document.hidden) {
      await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
      pause = AGAIN;
    }
    if (!part.isConnected) return;
    try {
      const { content } = await ask(location.href);
      const now = content.getElementById(part.id);
      // Signed out, or what it is about was deleted.
      if (!now) return location.reload();
      part.toggleAttribute("data-again", now.hasAttribute("data-again"));
      if (now.textContent === part.textContent) continue;
      swap(part, now);
    } catch {
      // The next time, then.
    }
  }
}
const followAll = (root) => root.querySelectorAll("[data-again]").forEach(follow);

// A switch acts at once: its form is posted, and the answer takes the place of this page if it is the same page. Whatever goes
// wrong, the browser loads the page. Switches act one after another, and only the last answer is shown: those before it do not
// know of it yet.
let [answers, waiting, flipped] = [Promise.resolve(), 0, 0];
function flip(form, button) {
  const request = { method: "POST", body: new URLSearchParams(new FormData(form, button)) };
  const main = document.querySelector("main");
  // "Undo" leaves with its toast: the focus goes back to the switch.
  const nth = controlsOf(main).indexOf(button);
  if (nth >= 0) flipped = nth;
  button.setAttribute("aria-busy", "true");
  waiting += 1;
  answers = answers.then(async () => {
    try {
      const { content, address } = await ask(form.action, request);
      waiting -= 1;
      if (new URL(address).pathname !== location.pathname) throw new Error("another page");
      if (waiting > 0) return;
      history.replaceState(history.state, "", address);
      swap(main, content, flipped);
      main.querySelectorAll(".toast").forEach(report);
      followAll(main);
      await hydrate(main);
    } catch {
      location.reload();
    }
  });
}

// A search acts while one types. `aria-controls` names the list that it narrows.
const SEARCH = "form[role=search][aria-controls]";
let asking;
async function search(form) {
  asking?.abort();
  asking = new AbortController();
  const address = new URL(form.action);
  address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const place = document.getElementById(form.getAttribute("aria-controls"));
  try {
    const { content } = await ask(address, { signal: asking.signal });
    history.replaceState(history.state, "", address);
    swap(place, content.getElementById(place.id));
    await hydrate(place);
  } catch (error) {
    // A newer search took its place, or the browser finds it.
    if (error.name !== "AbortError") location.assign(address);
  }
}
let typing;
document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (!form?.matches(SEARCH)) return;
  clearTimeout(typing);
  typing = setTimeout(() => search(form), PAUSE);
});

// A second click on a button must not do the same thing twice while the first answer is on its way.
let sent = new WeakMap();
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.closest("[data-wizard]")) return;
  const narrows = form.matches(SEARCH);
  const twice = !narrows && performance.now() - (sent.get(submitter ?? form) ?? -ONCE) < ONCE;
  const flips = form.method === "post" && submitter?.closest("[role=switch], .toast button");
  if (twice || flips || narrows) event.preventDefault();
  if (twice) return;
  sent.set(submitter ?? form, performance.now());
  if (flips) flip(form, submitter);
  if (narrows) search(form);
});
// The browser's "Back" can bring a page with its memory. That of the wizard has no keys any more.
addEventListener("pageshow", ({ persisted }) => {
  sent = new WeakMap();
  if (persisted && document.querySelector("[data-wizard]")) location.reload();
});

document.querySelectorAll(".toast").forEach(report);
followAll(document);

try {
  await Promise.all([hydrate(document), issue()]);
  document.documentElement.dataset.program = "running";
} catch (error) {
  // Style sheets show what there is to say about it (.no-program).
  document.documentElement.dataset.program = "failed";
  throw error;
}
