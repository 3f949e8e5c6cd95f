// The account's side of an extension: gives out tokens, opens Shopify's dialogs, follows links. Only a frame of this page
// is heard; it has no origin by which to know it.
const handle = document.body.dataset.handle;
const account = `/account/${handle}`;
const PAGE = `${account}/pages/subscriptions`;
const frames = [...document.querySelectorAll("iframe.extension")];
const rest = () => (location.pathname.startsWith(PAGE) ? location.pathname.slice(PAGE.length) || "/" : "/");
const tell = (frame, message) => frame.contentWindow.postMessage(message, "*");

async function token() {
  const answer = await fetch(`${account}/_token`, { cache: "no-store" });
  if (!answer.ok) throw new Error("not signed in");
  return (await answer.json()).token;
}

/** Shopify's dialog for a subscription's payment method; what it does at Shopify goes through the control API. */
function intent({ contract }) {
  const dialog = document.getElementById("intent");
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", async () => {
      if (dialog.returnValue !== "ok") return resolve({ code: "closed" });
      const answer = await fetch(`${account}/_new-card/${contract}`, { method: "POST" });
      resolve(answer.ok ? { code: "ok", data: {} } : { code: "error", message: `${answer.status}` });
    }, { once: true });
  });
}

/** `extension:subscriptions/…` is the app's full page, `shopify:customer-account/…` the account's own. */
function navigate({ url, frame }) {
  const to = url.replace(/^extension:(subscriptions)?/, PAGE).replace(/^shopify:customer-account(\/orders)?/, account);
  if (!to.startsWith(PAGE) || !location.pathname.startsWith(PAGE)) return void (to.startsWith("/") ? location.assign(to) : open(to, "_blank", "noopener"));
  history.pushState(null, "", to);
  tell(frame, { navigated: rest(), type: "push" });
  scrollTo(0, 0);
}

function toast({ words }) {
  const line = document.createElement("p");
  line.textContent = words;
  document.getElementById("toasts").replaceChildren(line);
}

const answers = { token, intent, navigate, toast };
addEventListener("message", async (event) => {
  const frame = frames.find((each) => each.contentWindow === event.source);
  if (!frame) return;
  const { id, ask, height, ...given } = event.data;
  if (height !== undefined) return void (frame.style.height = `${height}px`);
  try {
    tell(frame, { id, result: await answers[ask]({ ...given, frame }) });
  } catch (error) {
    tell(frame, { id, error: error.message });
  }
});
addEventListener("popstate", () => frames.forEach((frame) => tell(frame, { navigated: rest(), type: "traverse" })));
for (const frame of frames) frame.src = `${frame.dataset.src}&path=${encodeURIComponent(rest())}`;
