// Purchase options of one product: its plans and those it could have, a new group, or other terms for the chosen plan.
import '@shopify/ui-extensions/preact';
import {render} from 'preact';
import {useEffect, useState} from 'preact/hooks';

import {offer, type Offer, Trouble} from './api';
import {Form} from './form';
import {Groups} from './groups';
import {host, t} from './host';

export default function extension() {
  render(<Action />, document.body);
}

function Action() {
  const {id: product, sellingPlanId: plan} = host().data.selected[0] ?? {id: ''};
  const [found, setFound] = useState<Offer | Trouble | null>(null);
  const [isNew, setNew] = useState(false);
  const load = () => {
    setFound(null);
    offer(product, plan).then(setFound, setFound);
  };
  useEffect(load, []);

  if (found === null) return <Shell heading={t('heading')} isLoading><s-text>{t('loading')}</s-text></Shell>;
  if (found instanceof Trouble) {
    return (
      <Shell heading={t('heading')}>
        <s-banner tone="critical">{t(`trouble.${found.code}`)}</s-banner>
        <s-button slot="primary-action" onClick={load}>{t('again')}</s-button>
      </Shell>
    );
  }
  if (found.change?.typed) {
    const {group, plan: number, name, typed} = found.change;
    return <Form heading={name} start={typed} path={`/${group}/${number}`} group={group} onDone={() => host().close()} />;
  }
  if (isNew) {
    const start = {...found.start, product};
    return <Form heading={t('new')} start={start} path="" onDone={() => host().close()} onBack={() => setNew(false)} />;
  }
  return (
    <Shell heading={t('heading')}>
      {found.is_stale && <s-banner tone="warning">{t('stale')}</s-banner>}
      {found.change && <s-banner tone="info">{t('fixed')}</s-banner>}
      <Groups groups={found.groups} product={product} onDone={load} />
      <s-button slot="primary-action" variant="primary" onClick={() => setNew(true)}>{t('new')}</s-button>
      <s-button slot="secondary-actions" onClick={() => host().close()}>{t('close')}</s-button>
    </Shell>
  );
}

function Shell({heading, isLoading, children}: {heading: string; isLoading?: boolean; children: preact.ComponentChildren}) {
  return <s-admin-action heading={heading} loading={isLoading}>{children}</s-admin-action>;
}
