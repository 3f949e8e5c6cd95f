// Which subscription the full page shows: the rest of its address, `/contracts/<number>`.
import {useEffect, useState} from 'preact/hooks';

const PAGE = 'extension:subscriptions';

/** The address of the list, or of one subscription, for links from anywhere in the account. */
export function pathTo(number?: string): string {
  return number ? `${PAGE}/contracts/${number}` : `${PAGE}/`;
}

/** Go to another view of the full page. */
export function go(number?: string): void {
  navigation.navigate(pathTo(number));
}

/** The number of the subscription in the address; null for the list. */
export function useNumber(): string | null {
  const [url, setUrl] = useState(navigation.currentEntry.url);
  useEffect(() => {
    const follow = () => setUrl(navigation.currentEntry.url);
    navigation.addEventListener('currententrychange', follow);
    return () => navigation.removeEventListener('currententrychange', follow);
  }, []);
  return /\/contracts\/(\d{1,18})(?:[/?#]|$)/.exec(url ?? '')?.[1] ?? null;
}
