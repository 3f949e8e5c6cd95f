/* Follows what is chosen on a product page: variant and plan → hidden input, price, saving, next dates. */
(() => {
  for (const block of document.querySelectorAll("[data-perennial-subscribe]")) {
    const find = (name) => block.querySelector(`[data-perennial-${name}]`);
    const prices = JSON.parse(find("prices").textContent);
    const input = find("input"), dates = find("dates"), live = find("live"), soldOut = find("sold-out");
    const choices = [...block.querySelectorAll("[data-perennial-choice]")];
    const fieldset = block.querySelector("fieldset"), soldOutWords = block.dataset.soldOut;
    // the product form: named by the merchant, around the block, else the page's first form that adds to the cart
    const form = input.form ?? document.querySelector('form[action*="/cart/add"]');
    if (!form) continue;
    if (input.form !== form) {
      input.removeAttribute("form"); // a name that no form has would keep the plan out of the cart
      form.append(input);
    }
    let known = {}, variant = "";

    const radio = (choice) => choice.querySelector("input");
    const chosen = () => choices.find((each) => radio(each).checked && !each.hidden);

    const show = (isNews) => {
      const own = prices[variant];
      if (!own) return;
      for (const choice of choices) {
        const words = own[choice.dataset.perennialChoice];
        choice.hidden = !words;
        if (!words) continue;
        choice.querySelector("[data-perennial-price]").textContent = words[0];
        choice.querySelector("[data-perennial-saving]").textContent = words[1] || "\u00a0";
      }
      if (!chosen()) {
        const first = choices.find((each) => !each.hidden);
        if (first) radio(first).checked = true;
      }
      const choice = chosen(), plan = choice?.dataset.perennialChoice ?? "";
      input.value = plan;
      fieldset.disabled = !own.available;
      soldOut.textContent = own.available ? "\u00a0" : soldOutWords;
      const days = known[plan] ?? [];
      dates.textContent = days.length ? `${dates.dataset.lead} ${days.join(" · ")}` : "\u00a0";
      if (isNews && own[plan]) live.textContent = `${choice.querySelector(".perennial__name").textContent.trim()}: ${own[plan].join(" ")}`;
    };

    const follow = () => {
      const found = form.elements.id?.value || new URLSearchParams(location.search).get("variant");
      if (!found || found === variant) return;
      const isNews = variant !== "";
      variant = found;
      show(isNews);
    };

    block.addEventListener("change", () => show(true));
    form.addEventListener("change", () => setTimeout(follow));
    document.addEventListener("change", () => setTimeout(follow));
    // themes set the hidden field "id" by script, which no event tells
    const field = form.querySelector('[name="id"]');
    if (field) new MutationObserver(follow).observe(field, { attributes: true, attributeFilter: ["value"] });
    variant = "";
    follow();

    const asked = new URLSearchParams({ locale: block.dataset.locale });
    for (const choice of choices) if (choice.dataset.perennialChoice) asked.append("plan", choice.dataset.perennialChoice);
    fetch(`${block.dataset.proxy}/dates?${asked}`)
      .then((answer) => (answer.ok ? answer.json() : { dates: {} }))
      .then((answer) => { known = answer.dates; show(false); })
      .catch(() => {});
  }
})();
