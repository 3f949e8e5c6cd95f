// Turns fault knobs through the control API. A switch acts at once, the others by their button.

const said = document.getElementById("faults-said");

function say(text, bad = false) {
  said.textContent = text;
  said.dataset.tone = bad ? "bad" : "";
  said.hidden = false;
}

function valueOf(form) {
  const control = form.querySelector("input, textarea");
  if (form.dataset.kindOf === "switch") return control.checked;
  if (form.dataset.kindOf === "number") return Number(control.value);
  return JSON.parse(control.value);
}

async function call(method, path, body) {
  const answer = await fetch(`/_control/faults${path}`, {
    method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
}

async function turn(form) {
  const { group, name } = form.dataset;
  const label = form.querySelector("label").textContent;
  try {
    const value = valueOf(form);
    // The API merges objects; a whole object typed here is meant to replace what was there.
    if (!name && value && typeof value === "object") await call("DELETE", `/${group}`);
    await call("POST", "", { [group]: name ? { [name]: value } : value });
    say(`${label} is now ${JSON.stringify(value)}.`);
  } catch (error) {
    say(`${label} was not changed: ${error.message}`, true);
  }
}

for (const form of document.querySelectorAll("form[data-knob]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turn(form);
  });
  if (form.dataset.kindOf === "switch") form.addEventListener("change", () => turn(form));
}

document.getElementById("faults-reset").addEventListener("click", async () => {
  try {
    await call("DELETE", "");
    location.reload();
  } catch (error) {
    say(`Nothing was reset: ${error.message}`, true);
  }
});
