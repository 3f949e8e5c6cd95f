// Buttons that install or uninstall the app: they call the sandbox's control API, as any client may.

for (const button of document.querySelectorAll("[data-control]")) {
  button.addEventListener("click", async () => {
    const { control, shop, sure, then } = button.dataset;
    if (sure && !confirm(sure)) return;
    button.disabled = true;
    const answer = await fetch(`/_control/shops/${shop}/${control}`, { method: "POST" });
    if (answer.ok) return location.assign(then || location.href);
    const said = document.getElementById("control-said");
    said.textContent = `The sandbox answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`;
    said.hidden = false;
    button.disabled = false;
  });
}
