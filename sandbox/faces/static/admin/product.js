// The admin's side of an action on a product: opens it in a frame without an origin, gives out tokens, follows its links.
const { handle, app } = document.body.dataset;
const dialog = document.getElementById("action");
const product = document.getElementById("product").dataset.product;
let frame;

for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", () => {
    const asked = new URLSearchParams({ product: button.dataset.variant ?? product });
    if (button.dataset.plan) asked.set("plan", button.dataset.plan);
    frame = document.createElement("iframe");
    frame.title = "Purchase options";
    frame.name = "action";
    frame.setAttribute("sandbox", "allow-scripts");
    frame.style = "border:0;width:min(560px, 86vw);height:200px;display:block";
    frame.src = `/store/${handle}/_action?${asked}`;
    dialog.replaceChildren(frame);
    dialog.showModal();
  });
}

const answers = {
  async app() {
    const answer = await fetch(`/store/${handle}/_token`, { cache: "no-store" });
    if (!answer.ok) throw new Error("not installed");
    return await answer.json();
  },
  close() {
    dialog.close();
    location.reload(); // as Shopify reads the product again
  },
  navigate: ({ url }) => location.assign(url.replace(/^app:\/*/, `/store/${handle}/apps/${app}/`)),
};
addEventListener("message", async (event) => {
  if (!frame || event.source !== frame.contentWindow) return;
  const { id, ask, height, ...given } = event.data;
  if (height !== undefined) return void (frame.style.height = `${Math.min(height, innerHeight - 80)}px`);
  try {
    frame.contentWindow.postMessage({ id, result: await answers[ask](given) }, "*");
  } catch (error) {
    frame.contentWindow.postMessage({ id, error: error.message }, "*");
  }
});
