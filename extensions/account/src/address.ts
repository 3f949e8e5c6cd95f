// Written by `bin/perennial extensions` from `application_url` in shopify.app.toml: do not edit.
export const APPLICATION_URL = 'https://perennial.example.com';
