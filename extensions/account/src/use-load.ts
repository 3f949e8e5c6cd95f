import {useCallback, useEffect, useState} from 'preact/hooks';

import {Problem} from './api/client';

/** What is being read: the value, or the problem, or neither yet. `again` reads anew and keeps what is shown. */
export interface Loaded<T> {
  value?: T;
  problem?: Problem;
  again: () => Promise<void>;
}

/** Read something when a part is shown, and again when `name` changes. */
export function useLoad<T>(name: string, read: () => Promise<T>): Loaded<T> {
  const [found, setFound] = useState<{name: string; value?: T; problem?: Problem}>({name});
  const load = useCallback(async () => {
    try {
      const value = await read();
      setFound({name, value});
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      setFound({name, problem});
    }
  }, [name]);
  useEffect(() => void load(), [load]);
  return found.name === name ? {...found, again: load} : {again: load};
}
