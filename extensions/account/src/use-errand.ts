import {useState} from 'preact/hooks';

import {Problem} from './api/client';

/** What asks the app, one thing at a time: the name of what is under way, and why the last one came to nothing. */
export interface Errand {
  busy: string;
  problem?: Problem;
  run: (name: string, work: () => Promise<void>) => Promise<void>;
}

/** `failed` is told of each problem; a press while something is under way does nothing. */
export function useErrand(failed?: (problem: Problem, name: string) => void): Errand {
  const [busy, setBusy] = useState('');
  const [problem, setProblem] = useState<Problem>();
  async function run(name: string, work: () => Promise<void>) {
    if (busy) return;
    setBusy(name);
    setProblem(undefined);
    try {
      await work();
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      setProblem(caught);
      failed?.(caught, name);
    } finally {
      setBusy('');
    }
  }
  return {busy, problem, run};
}
