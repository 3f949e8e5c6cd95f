// What Shopify gives an extension. The global is read at each use, and typed here: the types that come with
// @shopify/ui-extensions know it in modules of one target only, and ours are shared by several.
import type {Api as Page} from '@shopify/ui-extensions/customer-account.page.render';
import type {Api as OnOrder} from '@shopify/ui-extensions/customer-account.order-status.block.render';

/** What every target of the account has. */
export function host(): Page {
  return (globalThis as unknown as {shopify: Page}).shopify;
}

/** The order that a block stands on, and its lines: on an order's page and after a purchase. */
export function onOrder(): Pick<OnOrder, 'order' | 'lines'> {
  return (globalThis as unknown as {shopify: OnOrder}).shopify;
}
