// The dedicated worker in which all private keys of the browser live. What it does is app/src/ui/custody. A worker has no import
// map: so it compares the bindings itself, which the page has loaded, and compared, before.
const starting = (async () => {
  await (await fetch("@BINDINGS@", { integrity: "@BINDINGS_INTEGRITY@" })).arrayBuffer();
  const { default: init, KeyWorker } = await import("@BINDINGS@");
  await init({ module_or_path: fetch("@WASM@", { integrity: "@WASM_INTEGRITY@" }) });
  return new KeyWorker();
})();

onmessage = async ({ data }) => {
  try {
    const answer = (await starting).obey(data);
    postMessage(answer, answer instanceof Uint8Array ? [answer.buffer] : []);
  } catch (error) {
    reportError(error);
  }
};
