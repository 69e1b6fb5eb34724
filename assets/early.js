// Before the first paint: a person who has not chosen gets light or dark as their system is.
const page = document.documentElement;
if (page.dataset.theme === 'system') {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    page.classList.toggle('wa-dark', dark.matches);
    page.classList.toggle('wa-light', !dark.matches);
  };
  follow();
  dark.addEventListener('change', follow);
}
