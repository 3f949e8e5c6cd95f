// How it is paid, how that stands, and the ways to mend it: Shopify's own dialog, a mail, a link into Shop Pay.
import {useState} from 'preact/hooks';

import {ask, newKey} from '../api/client';
import type {Contract} from '../api/types';
import {host} from '../host';
import {Fact, Failure} from '../parts';
import {useErrand} from '../use-errand';
import {t} from '../words';

interface Props {
  contract: Contract;
  again: () => void;
}

/** The payment method in words; that there is none, where there is none. */
export function methodWords({payment_method: method}: Contract): string {
  if (!method) return t('payment.missing');
  const name = method.brand ?? t(`payment.${method.kind}`);
  return method.last_digits ? t('payment.ending', {name, digits: method.last_digits}) : name;
}

/** What is wrong with the payment, worst first; null when nothing is. */
export function trouble({payment, card}: Contract): string | null {
  if (payment.state === 'confirmation_needed' || payment.state === 'failed') return t(`payment.state.${payment.state}`);
  return card.state === 'ok' ? null : t(`card.${card.state}`);
}

export function Payment({contract, again}: Props) {
  const bad = trouble(contract);
  const {payment} = contract;
  return (
    <s-section heading={t('payment.heading')}>
      {bad && <s-banner tone="critical" heading={bad} />}
      {payment.confirm_url && <s-button variant="primary" href={payment.confirm_url} target="_blank">{t('payment.confirm')}</s-button>}
      <Fact name={t('payment.method')}>{methodWords(contract)}</Fact>
      {payment.state === 'charging' && <s-text>{t('payment.state.charging')}</s-text>}
      {contract.status !== 'CANCELLED' && contract.status !== 'EXPIRED' && <Mending contract={contract} again={again} />}
    </s-section>
  );
}

/** The buttons that mend it. Also for blocks elsewhere in the account. */
export function Mending({contract, again}: Props) {
  const {card, number} = contract;
  const [said, setSaid] = useState('');
  const [link, setLink] = useState('');
  const [key, setKey] = useState(newKey);
  const {busy, problem, run} = useErrand(({mayPass}) => mayPass || setKey(newKey()));

  /** Shopify's own dialog. What it changed reaches the app a moment later, so it is read again. */
  async function replace() {
    try {
      const {complete} = await host().intents.invoke(card.intent);
      const {code} = await complete;
      if (code === 'ok') again();
      if (code === 'error') setLink(card.account_url);
    } catch {
      setLink(card.account_url); // where the dialog is not known, the account's own page is
    }
  }
  const mail = () => run('mail', async () => {
    const answer = await ask<{url: string | null; words: string}>(`/contracts/${number}/card`, {}, key);
    setSaid(answer.words);
    setLink(answer.url ?? '');
    setKey(newKey());
  });
  return (
    <s-stack gap="small">
      {problem && <Failure problem={problem} />}
      {said && <s-banner tone="success" heading={said} />}
      {link && <s-link href={link} target="_blank">{t('payment.open')}</s-link>}
      <s-stack direction="inline" gap="small">
        <s-button onClick={() => void replace()}>{t('payment.replace')}</s-button>
        {card.path !== 'account' && !card.reason && (
          <s-button loading={busy !== ''} onClick={() => void mail()}>{t(`payment.${card.path}`)}</s-button>
        )}
      </s-stack>
      {card.reason && <s-text color="subdued">{card.reason.words}</s-text>}
    </s-stack>
  );
}
