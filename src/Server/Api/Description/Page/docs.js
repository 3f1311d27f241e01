'use strict';
// Keys stay in this tab: they go into headers of requests to this server, and nowhere else.
const headers = { caller: 'X-Api-Key', platform: 'x-functions-key' };
const labels = {
  caller: 'This server asks for a key. Enter yours:',
  platform: 'This function app asks for a function key. Enter one:',
};
const at = (id) => document.getElementById(id);
const keyOf = (door) => sessionStorage.getItem(`comfyfunc.${door}`);
const keep = (door, key) => sessionStorage.setItem(`comfyfunc.${door}`, key);
const forget = () => Object.keys(headers).forEach((door) => sessionStorage.removeItem(`comfyfunc.${door}`));

const send = window.fetch.bind(window);
window.fetch = (input, init) => {
  const request = new Request(input, init);
  if (new URL(request.url).origin === location.origin) {
    for (const [door, name] of Object.entries(headers)) {
      const isSaid = request.headers.has(name) || (door === 'caller' && request.headers.has('Authorization'));
      if (keyOf(door) && !isSaid) request.headers.set(name, keyOf(door));
    }
  }
  return send(request);
};

// A key in the address is taken out of it: addresses are kept in histories and logs.
const address = new URL(location.href);
if (address.searchParams.has('code')) {
  keep('platform', address.searchParams.get('code'));
  address.searchParams.delete('code');
  history.replaceState(null, '', address);
}

async function open() {
  at('door').hidden = true;
  const answer = await fetch('openapi.json');
  if (answer.ok) return show(await answer.json());
  if (answer.status !== 401 && answer.status !== 403) return ask('caller', `The description cannot be had: ${answer.status}.`);
  // The server itself answers with a problem; a platform in front of it with nothing.
  const isServer = answer.headers.get('Content-Type')?.startsWith('application/problem+json');
  const door = isServer ? 'caller' : 'platform';
  ask(door, keyOf(door) ? (await reasonOf(answer)) : '');
}

const reasonOf = async (answer) => (await answer.json().catch(() => ({}))).detail ?? 'The key is not accepted.';

function ask(door, reason) {
  at('door').hidden = false;
  at('door').querySelector('label').textContent = labels[door];
  at('door').querySelector('p').textContent = reason;
  at('key').value = '';
  at('key').focus();
  at('door').onsubmit = (event) => {
    event.preventDefault();
    keep(door, at('key').value.trim());
    open();
  };
}

function show(content) {
  at('forget').hidden = !Object.keys(headers).some(keyOf);
  at('forget').onclick = () => {
    forget();
    location.reload();
  };
  Scalar.createApiReference('#reference', {
    content,
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    showDeveloperTools: 'never',
    hideModels: true,
    hideClientButton: true,
    defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  });
}

open();
