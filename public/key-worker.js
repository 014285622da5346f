// The dedicated worker in which all private keys of the browser live. What it does is app/src/ui/custody.
import init, { KeyWorker } from "/pkg/sealpost.js";

const starting = init().then(() => new KeyWorker());

onmessage = async ({ data }) => {
  try {
    const answer = (await starting).obey(data);
    postMessage(answer, answer instanceof Uint8Array ? [answer.buffer] : []);
  } catch (error) {
    reportError(error);
  }
};
