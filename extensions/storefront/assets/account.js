/* Fetches the account block's content, and sends the token of a pressed button: that is all it knows. */
(() => {
  for (const block of document.querySelectorAll("[data-perennial-account]")) {
    const place = block.querySelector("[data-perennial-content]");
    const address = `${block.dataset.proxy}/account?${new URLSearchParams({ locale: block.dataset.locale })}`;

    const load = async (options) => {
      block.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(address, options);
        const words = await answer.text();
        if (answer.headers.get("Content-Type")?.startsWith("text/html")) {
          place.innerHTML = words;
          if (options) {
            const note = place.querySelector('[role="status"]');
            note.tabIndex = -1;
            note.focus();
          }
        } else if (options) say(answer.status < 500 ? words : block.dataset.failed);
        else say(block.dataset.failed);
      } catch {
        say(block.dataset.failed);
      }
      block.removeAttribute("aria-busy");
    };

    const say = (words) => {
      let note = place.querySelector('[role="status"]');
      if (!note) place.prepend((note = Object.assign(document.createElement("p"), { role: "status" })));
      note.textContent = words;
    };

    block.addEventListener("click", (event) => {
      const button = event.target.closest("[data-perennial-token]");
      if (!button || block.hasAttribute("aria-busy")) return;
      load({ method: "POST", body: new URLSearchParams({ token: button.dataset.perennialToken }) });
    });
    load();
  }
})();
