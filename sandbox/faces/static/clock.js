// Shows the sandbox's business time on every page, re-read every two seconds.
(() => {
  "use strict";
  const place = document.getElementById("business-time");
  const mode = document.getElementById("clock-mode");
  if (!place) return;

  const readable = (iso) =>
    new Date(iso).toLocaleString("en-GB", {
      timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
    }) + " UTC";

  async function read() {
    try {
      const answer = await fetch("/clock", { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const clock = await answer.json();
      place.textContent = readable(clock.now);
      place.setAttribute("datetime", clock.now);
      mode.textContent = clock.mode;
      mode.dataset.tone = clock.mode === "frozen" ? "info" : "good";
    } catch {
      place.textContent = "unknown";
      mode.textContent = "no answer";
      mode.dataset.tone = "bad";
    }
  }
  read();
  setInterval(() => document.hidden || read(), 2000);
})();
