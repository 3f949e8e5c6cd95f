// Messages between the admin and the app's frame. Only the frame's window, at the app's origin, is heard.

const WIRE = "perennial-admin";
const listeners = new Map();
const answerers = new Map();

export const frame = document.getElementById("app");
export const appOrigin = new URL(frame.dataset.src).origin;
export const handle = document.body.dataset.handle;

export function tell(type, payload = {}) {
  frame.contentWindow?.postMessage({ wire: WIRE, type, payload }, appOrigin);
}
export const on = (type, listener) => listeners.set(type, listener);
/** What `answer` returns (or throws) goes back to the page that asked. */
export const answer = (type, answerer) => answerers.set(type, answerer);

export async function read(path) {
  const response = await fetch(`/store/${handle}/${path}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`the admin answered ${response.status}`);
  return response.json();
}

window.addEventListener("message", async (event) => {
  if (event.source !== frame.contentWindow || event.origin !== appOrigin || event.data?.wire !== WIRE) return;
  const { type, id, payload } = event.data;
  if (id === undefined) return void listeners.get(type)?.(payload);
  const reply = { wire: WIRE, reply: id };
  try {
    const answerer = answerers.get(type);
    if (!answerer) throw new Error(`the sandbox's admin does not know "${type}"`);
    reply.payload = await answerer(payload);
  } catch (error) {
    reply.error = error.message;
  }
  event.source.postMessage(reply, event.origin);
});
