// Advances business time through the control API and shows how far it is. A run belongs to the sandbox, not to this
// page: opening the page while one is under way shows it too.

const buttons = [...document.querySelectorAll("#advance button")];
const panel = document.getElementById("advance-progress");
const bar = document.getElementById("advance-bar");
const said = document.getElementById("advance-said");
const wrong = document.getElementById("advance-error");

async function call(path, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`/_control/${path}`, options);
  if (!answer.ok) throw new Error(`The sandbox answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  return answer.json();
}

const readable = (iso) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function draw(run) {
  const [from, to, now] = [run.from, run.to, run.now].map((iso) => Date.parse(iso || ""));
  panel.hidden = false;
  bar.value = to > from ? Math.min(1, Math.max(0, (now - from) / (to - from))) : 0;
  said.textContent = `${readable(run.now)} of ${readable(run.to)}${run.waiting ? ` · waiting for the app: ${run.waiting}` : ""}`;
}

function fail(text) {
  wrong.textContent = text;
  wrong.hidden = false;
}

async function follow() {
  for (const button of buttons) button.disabled = true;
  try {
    let run = await call("advance");
    while (run.running) {
      draw(run);
      await pause(400);
      run = await call("advance");
    }
    if (run.error) fail(run.error);
    else if (!panel.hidden) location.reload(); // the verdict has changed
  } catch (error) {
    fail(error.message);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

for (const button of buttons) {
  button.addEventListener("click", async () => {
    const { hours, months, mode } = button.dataset;
    wrong.hidden = true;
    try {
      if (mode) {
        await call(`clock/${mode}`, {});
        return;
      }
      await call("advance", hours ? { hours: Number(hours) } : { months: Number(months) });
      panel.hidden = false;
      await follow();
    } catch (error) {
      fail(error.message);
    }
  });
}

call("advance").then((run) => run.running && follow()).catch(() => {});
