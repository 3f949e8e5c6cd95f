// Messages between the frame and the admin. Both sides check the other's origin and window.

const WIRE = "perennial-admin";
const waiting = new Map();
const listeners = new Map();
let lastId = 0;

function tell(type, payload = {}) {
  if (embedded) window.parent.postMessage({ wire: WIRE, type, payload }, ADMIN_ORIGIN);
}

/** Asks the admin and waits for its answer; rejects with the admin's words, or when it stays silent. */
function ask(type, payload = {}, { patience = 15000 } = {}) {
  if (!embedded) return Promise.reject(new Error(`App Bridge: ${type} works only inside the admin`));
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    const timer = patience && setTimeout(() => {
      waiting.delete(id);
      reject(new Error(`App Bridge: the admin did not answer "${type}" within ${patience / 1000} s`));
    }, patience);
    waiting.set(id, { resolve, reject, timer });
    window.parent.postMessage({ wire: WIRE, type, id, payload }, ADMIN_ORIGIN);
  });
}

function hear(type, listener) {
  listeners.set(type, listener);
}

window.addEventListener("message", (event) => {
  if (event.origin !== ADMIN_ORIGIN || event.source !== window.parent || event.data?.wire !== WIRE) return;
  const { reply, type, payload, error } = event.data;
  if (reply === undefined) return void listeners.get(type)?.(payload ?? {});
  const asked = waiting.get(reply);
  if (!asked) return;
  waiting.delete(reply);
  clearTimeout(asked.timer);
  if (error) asked.reject(new Error(error));
  else asked.resolve(payload);
});
