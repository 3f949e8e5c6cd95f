// One deed from the form to its end: looked at first, done once for each tap, and what came of it.
import {useEffect, useState} from 'preact/hooks';

import {newKey} from './api/client';
import {carryOut, type Deed, preview} from './api/deeds';
import type {Done, Preview} from './api/types';
import {atFirst, body, missing, type Typed, visible} from './body';
import {useErrand} from './use-errand';

/** What was done, and the key that takes it back (null when nothing does). */
export interface Made {
  deed: Deed;
  key: string | null;
  done: Done;
}

/** `looked`: what it would change, once it was looked at. `short`: needed fields that are empty. */
export function useDeed(deed: Deed, tell: (made: Made) => void) {
  const [typed, setTyped] = useState<Typed>(() => atFirst(deed));
  const [looked, setLooked] = useState<Preview>();
  const [short, setShort] = useState<string[]>([]);
  const [key, setKey] = useState(newKey);
  const {busy, problem, run} = useErrand(({field, mayPass}) => {
    if (field) setLooked(undefined); // back to the field that it names
    if (!mayPass) setKey(newKey()); // it was not done: the next tap is another request
  });

  const look = () => {
    const empty = missing(deed, typed);
    setShort(empty);
    if (empty.length) return;
    void run('look', async () => setLooked(await preview(deed, body(deed, typed))));
  };
  useEffect(() => {
    if (!visible(deed.inputs).length) look();
  }, []);

  return {
    typed, looked, problem, short, busy: busy !== '', look,
    set: (field: string, value: string) => {
      setTyped((now) => ({...now, [field]: value}));
      setKey(newKey());
    },
    back: () => setLooked(undefined),
    act: () => run('act', async () => {
      const done = await carryOut(deed, body(deed, typed), key);
      tell({deed, key: done.undo ? key : null, done});
    }),
  };
}
