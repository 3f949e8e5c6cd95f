// What Shopify gives the action: which product, words, the way to close.
import type {Api} from '@shopify/ui-extensions/admin.product-purchase-option.action.render';

export function host(): Api {
  return (globalThis as unknown as {shopify: Api}).shopify;
}

export function t(key: string): string {
  return host().i18n.translate(key) as string;
}
