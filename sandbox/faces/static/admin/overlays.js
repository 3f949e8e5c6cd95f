// What the app asks the admin to draw: toasts, the save bar, questions, and the dimmed chrome behind a modal.

import { answer, on, tell } from "./wire.js";

// --- toasts

const place = document.getElementById("toasts");
const shown = new Map();

function drop(id) {
  const toast = shown.get(id);
  if (!toast) return;
  clearTimeout(toast.timer);
  toast.remove();
  shown.delete(id);
  tell("toast-gone", { id });
}

function button(label, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  made.addEventListener("click", act);
  return made;
}

on("toast", ({ id, message, duration, isError, action }) => {
  const toast = Object.assign(document.createElement("div"), { className: "toast" });
  toast.toggleAttribute("data-error", isError);
  toast.append(Object.assign(document.createElement("span"), { textContent: message }));
  if (action) toast.append(button(action, () => { tell("toast-action", { id }); drop(id); }));
  const close = button("×", () => drop(id));
  close.setAttribute("aria-label", "Dismiss");
  toast.append(close);
  toast.timer = setTimeout(() => drop(id), Math.max(1000, duration));
  shown.set(id, toast);
  place.append(toast);
});
on("toast-hide", ({ id }) => drop(id));

// --- the save bar

const bar = document.getElementById("savebar");
const save = document.getElementById("savebar-save");
const discard = document.getElementById("savebar-discard");
let confirmDiscard = false;

export const saveBarShown = () => !bar.hidden;

function dress(control, { disabled = false, loading = false } = {}) {
  control.disabled = disabled || loading;
  control.setAttribute("aria-busy", String(loading));
}

on("save-bar", (state) => {
  bar.hidden = !state.on;
  confirmDiscard = Boolean(state.confirm);
  dress(save, state.save);
  dress(discard, state.discard);
});
save.addEventListener("click", () => tell("save-bar-action", { action: "save" }));
discard.addEventListener("click", async () => {
  if (confirmDiscard && !(await question("Discard all unsaved changes?", "Discard changes", "Continue editing"))) return;
  tell("save-bar-action", { action: "discard" });
});

// --- questions

export function question(heading, yes, no) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    const title = Object.assign(document.createElement("h2"), { textContent: heading });
    const foot = document.createElement("footer");
    const agree = button(yes, () => dialog.close("yes"));
    agree.dataset.kind = "bad";
    foot.append(button(no, () => dialog.close("no")), agree);
    dialog.setAttribute("aria-label", heading);
    dialog.append(title, foot);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export async function confirmLeaving() {
  const leave = await question("Leave page with unsaved changes?", "Leave page", "Stay");
  if (leave) tell("save-bar-action", { action: "discard" });
  return leave;
}
answer("leave-confirmation", async () => ({ leave: await confirmLeaving() }));

// --- modals in the frame

const dim = document.getElementById("dim");
on("overlay", ({ on: yes }) => { dim.hidden = !yes; });

/** The page in the frame went away, and what it had asked for with it. */
export function clear() {
  dim.hidden = true;
  bar.hidden = true;
}
