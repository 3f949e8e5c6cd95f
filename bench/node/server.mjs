// Shopify's own library, as its README says, with one handler: the insert that Perennial makes.
import {createRequire} from 'node:module';
import express from 'express';
import pg from 'pg';
import {shopifyApp} from '@shopify/shopify-app-express';
import {DeliveryMethod} from '@shopify/shopify-api';

const {PORT, SECRET, SOCKETS, DATABASE, INSERT, THREADS} = process.env;
const pool = new pg.Pool({host: SOCKETS, user: 'postgres', database: DATABASE, max: Number(THREADS)});

async function keep(topic, shop, body, webhookId, apiVersion) {
  const now = new Date().toISOString();
  // the library gives topics as CUSTOMERS_UPDATE and tells nothing of event id and trigger time
  const kept = [shop, webhookId, null, topic, 'bench', apiVersion, null, body, now];
  await pool.query({name: 'keep', text: INSERT, values: kept});
}

const shopify = shopifyApp({
  api: {
    apiKey: 'bench',
    apiSecretKey: SECRET,
    apiVersion: '2026-07',
    scopes: ['read_customers'],
    hostScheme: 'http',
    hostName: `127.0.0.1:${PORT}`,
    logger: {level: 0},
  },
  auth: {path: '/api/auth', callbackPath: '/api/auth/callback'},
  webhooks: {path: '/webhooks'},
});

const webhookHandlers = {
  SUBSCRIPTION_CONTRACTS_UPDATE: [
    {deliveryMethod: DeliveryMethod.Http, callbackUrl: '/webhooks', callback: keep},
  ],
};

const app = express();
app.post(shopify.config.webhooks.path, shopify.processWebhooks({webhookHandlers}));
const {version} = createRequire(import.meta.url)('@shopify/shopify-app-express/package.json');
app.get('/version', (req, res) => res.send(`@shopify/shopify-app-express ${version}, Node ${process.versions.node}`));
app.listen(Number(PORT), '127.0.0.1');
