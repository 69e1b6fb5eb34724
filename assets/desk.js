// The key of a one-time link stands behind the # of its address, which no server is told: it goes into the form and out of the address.
const key = document.querySelector('input[data-from-address]');
if (key && location.hash.length > 1) {
  key.value = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
}
// The own menu closes by Escape and by a click elsewhere, as menus do.
const menu = document.querySelector('details.me');
if (menu) {
  document.addEventListener('keydown', ({ key: pressed }) => {
    if (pressed === 'Escape') menu.open = false;
  });
  document.addEventListener('click', ({ target }) => {
    if (!menu.contains(target)) menu.open = false;
  });
}
