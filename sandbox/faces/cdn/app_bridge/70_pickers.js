// The resource picker: the admin lists the shop's products (or variants), the merchant chooses.

const PICKABLE = ["product", "variant"];

async function resourcePicker(options = {}) {
  const { type, action = "add", multiple = false, query = "", selectionIds = [], filter = {} } = options;
  if (!PICKABLE.includes(type)) throw new Error(`App Bridge stand-in: resourcePicker does not model type "${type}"`);
  const chosen = await ask("resource-picker", { type, action, multiple, query: query || filter.query || "", selectionIds }, { patience: 0 });
  if (!chosen) return undefined; // cancelled
  return Object.assign(chosen, { selection: chosen });
}

const notModelled = (name) => async () => {
  throw new Error(`App Bridge stand-in: ${name} is not modelled`);
};
