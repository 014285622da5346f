// The first script of every page. scripts/site puts in names and hashes; so the hash of this file stands for the whole program.
import init, { hydrate } from "@BINDINGS@";

const KEY_WORKER = "@WORKER@";

// What the view! macro takes for unchanging markup, and nothing that could load or run anything. Leptos hands such markup to
// innerHTML once, as a template; all else it makes element by element.
const TAG =
  /^(?:a|abbr|b|br|caption|code|col|colgroup|dd|details|div|dl|dt|em|fieldset|figcaption|figure|h[1-6]|hr|img|input|label|legend|li|noscript|ol|option|p|path|pre|progress|section|small|span|strong|summary|svg|table|tbody|td|th|thead|time|tr|ul)$/;
const ATTRIBUTE =
  /^(?:alt|aria-[a-z]+|autocapitalize|autocomplete|checked|class|colspan|d|datetime|disabled|fill|for|height|href|id|inputmode|lang|loading|max|maxlength|min|minlength|name|open|pattern|rel|required|role|rowspan|scope|selected|spellcheck|src|stroke|stroke-linecap|stroke-linejoin|stroke-width|tabindex|title|type|value|viewBox|width)$/;
const PLACE = /^(?:\/(?![\/\\])|#|https:\/\/|mailto:)/;

function isInert(html) {
  const rest = html.replace(/<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*\/?>/g, (tag, _end, name, attributes) => {
    const harmless = [...attributes.matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)].every(
      ([, attribute, value]) =>
        ATTRIBUTE.test(attribute) &&
        (attribute !== "href" || PLACE.test(value)) &&
        (attribute !== "src" || /^\/(?![\/\\])/.test(value)),
    );
    return TAG.test(name) && harmless ? "" : tag;
  });
  return !/[<>]/.test(rest.replaceAll("<!>", ""));
}

// The one policy there is (Content-Security-Policy: trusted-types default). Scripts are never made from text.
globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (html) => (isInert(html) ? html : null),
  createScriptURL: (url) => (url === KEY_WORKER ? url : null),
});

await init({ module_or_path: fetch("@WASM@", { integrity: "@WASM_INTEGRITY@" }) });
hydrate();
