// The first script of every page. scripts/site puts in names and hashes; so the hash of this file stands for the whole program.
import init, { hydrate } from "@BINDINGS@";

const KEY_WORKER = "@WORKER@";

// What the view! macro takes for unchanging markup, and nothing that could load or run anything. Leptos hands such markup to
// innerHTML once, as a template; all else it makes element by element.
const TAG = new RegExp(
  `^(?:${[
    "a abbr article aside b br button caption circle code col colgroup dd details div dl dt em fieldset figcaption figure footer form",
    "g h[1-6] header hr i img input kbd label legend li main nav noscript ol option output p path pre progress rect section select",
    "small span strong sub summary sup svg table tbody td textarea tfoot th thead time title tr u ul wbr",
  ]
    .join(" ")
    .replaceAll(" ", "|")})$`,
);
const ATTRIBUTE = new RegExp(
  `^(?:${[
    "accept action alt aria-[a-z]+ autocapitalize autocomplete checked class cols colspan cx cy d data-[a-z-]+ datetime decoding dir",
    "disabled download enctype enterkeyhint fill for height hidden href id inputmode lang loading max maxlength method min",
    "minlength multiple name novalidate open pattern placeholder r readonly rel required role rows rowspan scope selected span",
    "spellcheck src step stroke stroke-linecap stroke-linejoin stroke-width tabindex title type value viewBox width x xmlns y",
  ]
    .join(" ")
    .replaceAll(" ", "|")})$`,
);
// Where links may lead, and where pictures come from and forms go to.
const ANYWHERE = /^(?:\/(?![\/\\])|[?#]|https:\/\/|mailto:)/;
const HERE = /^(?:$|\/(?![\/\\])|[?#])/;

function isHarmless(attribute, value = "") {
  if (!ATTRIBUTE.test(attribute)) return false;
  if (attribute === "href") return ANYWHERE.test(value);
  return !["src", "action"].includes(attribute) || HERE.test(value);
}

function isInert(html) {
  const rest = html.replace(
    /<\/?([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*\/?>/g,
    (tag, name, attributes) => {
      const all = [...attributes.matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)];
      return TAG.test(name) && all.every(([, attribute, value]) => isHarmless(attribute, value)) ? "" : tag;
    },
  );
  return !/[<>]/.test(rest.replaceAll("<!>", ""));
}

// The one policy there is (Content-Security-Policy: trusted-types default). Scripts are never made from text.
globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (html) => (isInert(html) ? html : null),
  createScriptURL: (url) => (url === KEY_WORKER ? url : null),
});

try {
  await init({ module_or_path: fetch("@WASM@", { integrity: "@WASM_INTEGRITY@" }) });
  hydrate();
  document.documentElement.dataset.program = "running";
} catch (error) {
  // Style sheets show what there is to say about it (.no-program).
  document.documentElement.dataset.program = "failed";
  throw error;
}
