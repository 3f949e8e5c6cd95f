// Small parts that every view is made of: loading, a problem with the way on, a fact with its name.
import type {ComponentChildren} from 'preact';

import type {Problem} from './api/client';
import type {Loaded} from './use-load';
import {t} from './words';

const OWN_WORDS = ['offline', 'slow', 'unauthorized'];

/** What went wrong, in words: ours where the API could not speak. */
export function wrong(problem: Problem): string {
  if (OWN_WORDS.includes(problem.code)) return t(`problem.${problem.code}`);
  return problem.words || t('problem.failed');
}

export function Failure({problem, again}: {problem: Problem; again?: () => void}) {
  return (
    <s-banner tone={problem.mayPass ? 'warning' : 'critical'} heading={wrong(problem)}>
      {again && <s-button onClick={again}>{t('again')}</s-button>}
    </s-banner>
  );
}

/** What was read, once it is there; until then that it loads, or why it does not. */
export function Ready<T>({of, children}: {of: Loaded<T>; children: (value: T) => ComponentChildren}) {
  if (of.value !== undefined) return <>{children(of.value)}</>;
  if (of.problem) return <Failure problem={of.problem} again={() => void of.again()} />;
  return (
    <s-stack gap="base">
      <s-spinner accessibilityLabel={t('loading')} />
    </s-stack>
  );
}

/** A fact: its name, softly, and what it is. */
export function Fact({name, children}: {name: string; children: ComponentChildren}) {
  return (
    <s-stack gap="none">
      <s-text color="subdued">{name}</s-text>
      <s-text>{children}</s-text>
    </s-stack>
  );
}
