// Advances business time through the control API and shows how far it is. A run belongs to the sandbox, not to this
// page: opening the page while one is under way shows it too.

const buttons = [...document.querySelectorAll("#advance button")];
const panel = document.getElementById("advance-progress");
const bar = document.getElementById("advance-bar");
const said = document.getElementById("advance-said");
const wrong = document.getElementById("advance-error");

async function call(method, path, body) {
  const options = { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) };
  const answer = await fetch(`/_control/${path}`, options);
  if (!answer.ok) throw new Error(`The sandbox answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  return answer.json();
}

const readable = (iso) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The same day of the next month, or its last day when it is shorter. */
function nextMonth(iso) {
  const day = new Date(iso);
  const target = new Date(day);
  target.setUTCMonth(day.getUTCMonth() + 1);
  if (target.getUTCDate() !== day.getUTCDate()) target.setUTCDate(0);
  return target.toISOString();
}

function draw(run) {
  panel.hidden = false;
  bar.value = (run.percent || 0) / 100;
  const waiting = run.waiting && JSON.stringify(run.waiting) !== "{}" ? ` · the app still has to do: ${words(run.waiting)}` : "";
  said.textContent = `${run.percent || 0} % · ${readable(run.now)} of ${readable(run.to)}${waiting}`;
}

const words = (waiting) => typeof waiting === "string" ? waiting
  : Object.entries(waiting).filter(([, n]) => n).map(([name, n]) => `${name} ${n}`).join(", ") || "a moment";

function fail(text) {
  wrong.textContent = text;
  wrong.hidden = false;
}

/** Shows the run until it ends; then the page is read anew, because the verdict has changed. */
async function follow() {
  for (const button of buttons) button.disabled = true;
  try {
    let run = await call("GET", "advance");
    while (run.state === "running") {
      draw(run);
      await pause(400);
      run = await call("GET", "advance");
    }
    if (run.error) fail(`${run.error}. Business time stopped at ${readable(run.now)}.`);
    else location.reload();
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

async function press({ unit, mode }) {
  if (mode) return void (await call("POST", "clock", { mode }));
  const where = unit === "month" ? { to: nextMonth((await call("GET", "clock")).now) } : { [unit]: 1 };
  await call("POST", "advance", where);
  await follow();
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    wrong.hidden = true;
    press(button.dataset).catch((error) => fail(error.message));
  });
}
document.getElementById("advance-stop").addEventListener("click", () => call("DELETE", "advance").catch((error) => fail(error.message)));

const resume = (run) => {
  if (run.state === "running") return follow();
  if (run.state === "failed") fail(run.error);  // an advance that gave up must still say so after a reload
};
call("GET", "advance").then(resume).catch((error) => fail(error.message));
