// The resource picker: a dialog over the admin with the shop's products or variants.

import { answer, read } from "./wire.js";

const NAMES = { product: "products", variant: "variants" };

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function line(item, { multiple, chosen, change }) {
  const box = element("input", { type: multiple ? "checkbox" : "radio", name: "picked", value: item.id, checked: chosen.has(item.id) });
  box.addEventListener("change", () => change(item, box.checked));
  const note = item.variants ? `${item.totalVariants} variant${item.totalVariants === 1 ? "" : "s"}` : item.price;
  return element("label", {}, box, element("span", { textContent: item.displayName || item.title }), element("small", { textContent: note }));
}

/** Resolves to the chosen items, or null when the merchant cancels. */
function pick({ type, action, multiple, query, selectionIds }) {
  return new Promise((resolve) => {
    const chosen = new Map();
    const before = new Set(selectionIds.map((one) => one.id));
    const most = typeof multiple === "number" ? multiple : multiple ? Infinity : 1;
    const list = element("div", { className: "picklist" });
    const search = element("input", { type: "search", value: query, placeholder: `Search ${NAMES[type]}` });
    search.setAttribute("aria-label", `Search ${NAMES[type]}`);
    const done = element("button", { type: "button", textContent: action === "select" ? "Select" : "Add" });
    const cancel = element("button", { type: "button", textContent: "Cancel" });
    done.dataset.kind = "main";
    const heading = `${action === "select" ? "Select" : "Add"} ${NAMES[type]}`;
    const dialog = element("dialog", {}, element("h2", { textContent: heading }), element("div", {}, search), list, element("footer", {}, cancel, done));
    dialog.setAttribute("aria-label", heading);

    const change = (item, yes) => {
      if (most === 1) chosen.clear();
      if (yes) chosen.set(item.id, item);
      else chosen.delete(item.id);
      settle();
    };
    const settle = () => { done.disabled = chosen.size > most || (chosen.size === 0 && before.size === 0); };
    const fill = async () => {
      const { items } = await read(`_pick?${new URLSearchParams({ type, query: search.value })}`);
      for (const item of items) if (before.has(item.id) && !chosen.has(item.id)) chosen.set(item.id, item);
      before.clear();
      list.replaceChildren(...items.map((item) => line(item, { multiple: most > 1, chosen, change })));
      if (!items.length) list.append(element("p", { className: "empty", textContent: "Nothing found." }));
      settle();
    };
    search.addEventListener("input", fill);
    done.addEventListener("click", () => dialog.close("done"));
    cancel.addEventListener("click", () => dialog.close("cancel"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "done" ? [...chosen.values()] : null);
    });
    document.body.append(dialog);
    dialog.showModal();
    fill().catch((error) => list.replaceChildren(element("p", { className: "empty", textContent: error.message })));
  });
}

answer("resource-picker", pick);
