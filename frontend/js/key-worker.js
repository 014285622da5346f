// The dedicated worker in which all private keys of the browser live. What it does is app/src/custody. A worker has no import
// map: so it compares the bindings itself before it imports them.
const starting = (async () => {
  const program = fetch("@keys@", { integrity: "@keys_integrity@" });
  await (await fetch("@keys_bindings@", { integrity: "@keys_bindings_integrity@" })).arrayBuffer();
  const { default: init, start, KeyWorker } = await import("@keys_bindings@");
  await init({ module_or_path: program });
  start();
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
