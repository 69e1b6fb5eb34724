// What an open page of the desk does by itself: hears its stream, counts times, rings, presses buttons by keys, keeps notes.
const desk = document.getElementById('desk');
if (desk) {
  const LOST_MILLISECONDS = 15000;
  const FIRST_MILLISECONDS = 5000;
  const SAVE_MILLISECONDS = 2000;
  const alarm = document.getElementById('desk-alarm');
  const byId = (id) => document.getElementById(id);
  const title = document.title;
  let heardAt = 0;
  let isOver = false;
  let isActive = true;

  // A red bar, and no offers, where nothing on the page is sure any more.
  const showAlarm = (why) => {
    if (isOver && why === 'lost') return;
    alarm.querySelector('span').textContent = desk.dataset[why];
    alarm.querySelector('a').hidden = why !== 'ended';
    alarm.hidden = false;
    document.body.classList.toggle('unsure', why !== 'failed');
    if (why === 'failed') setTimeout(hideAlarm, 6000);
  };
  const hideAlarm = () => {
    if (isOver) return;
    alarm.hidden = true;
    document.body.classList.remove('unsure');
  };
  const over = (why) => {
    if (isOver) return;
    showAlarm(why);
    isOver = true;
    byId('desk-offer').replaceChildren();
    for (const button of desk.querySelectorAll('#desk-main button')) button.disabled = true;
    ring.stop();
  };

  const send = (path, form) =>
    fetch(path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { 'HX-Request': 'true' },
      keepalive: true,
    });

  // The stream says that it lives; the page answers, and that is what being at the desk means.
  const heard = () => {
    heardAt = Date.now();
    desk.dataset.heard = 'yes';
    hideAlarm();
  };
  desk.addEventListener('beat', () => {
    heard();
    const active = isActive ? '1' : '0';
    isActive = false;
    if (desk.dataset.page !== '')
      send('/desk/here', { page: desk.dataset.page, active }).catch(() => undefined);
  });
  desk.addEventListener('over', (event) => over(event.detail.data === 'moved' ? 'moved' : 'ended'));
  desk.addEventListener('htmx:sse:error', (event) => {
    if (event.detail.status === 401) over('ended');
    else showAlarm('lost');
  });
  // Of a stream that a newer page has ended nothing is asked again.
  desk.addEventListener('htmx:sse:before:connection', (event) => {
    if (isOver) event.preventDefault();
  });
  setTimeout(() => heardAt === 0 && showAlarm('lost'), FIRST_MILLISECONDS);
  for (const name of ['htmx:response:error', 'htmx:error'])
    document.addEventListener(name, (event) => {
      const { ctx } = event.detail;
      if (ctx?.response?.status === 401) over('ended');
      else if (ctx?.sourceElement !== desk) showAlarm('failed');
    });
  for (const name of ['pointerdown', 'keydown', 'pointermove'])
    document.addEventListener(name, () => (isActive = true), { passive: true });

  // Times that pass are counted here; the server's clock is what they are counted by.
  const two = (value) => String(value).padStart(2, '0');
  const length = (milliseconds) => {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    const minutes = Math.floor(seconds / 60);
    return minutes < 60
      ? `${minutes}:${two(seconds % 60)}`
      : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  };
  let drawnAt = Date.now();
  const tick = () => {
    if (heardAt !== 0 && !isOver && Date.now() - heardAt > LOST_MILLISECONDS) showAlarm('lost');
    const now = Number(byId('desk-main').firstElementChild?.dataset.now ?? drawnAt) + Date.now() - drawnAt;
    const write = (element, text) => {
      if (element.textContent !== text) element.textContent = text;
    };
    for (const element of document.querySelectorAll('[data-since]'))
      write(element, length(now - element.dataset.since));
    for (const element of document.querySelectorAll('[data-until]'))
      write(element, length(element.dataset.until - now));
    for (const bar of document.querySelectorAll('[data-bar]')) bar.value = Math.max(0, bar.dataset.bar - now);
  };
  setInterval(tick, 500);

  // An offer rings, and stands in the window's title. It takes the focus only from where nobody writes.
  const ring = (() => {
    let audio;
    let timer;
    const tone = () => {
      if (audio?.state !== 'running') return;
      const gain = audio.createGain();
      gain.connect(audio.destination);
      gain.gain.setValueAtTime(0.0001, audio.currentTime);
      gain.gain.exponentialRampToValueAtTime(0.2, audio.currentTime + 0.05);
      gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.7);
      for (const [frequency, from] of [
        [660, 0],
        [880, 0.25],
      ]) {
        const sound = audio.createOscillator();
        sound.frequency.value = frequency;
        sound.connect(gain);
        sound.start(audio.currentTime + from);
        sound.stop(audio.currentTime + from + 0.4);
      }
    };
    const unlock = () => {
      audio ??= new AudioContext();
      if (audio.state === 'suspended') audio.resume();
    };
    document.addEventListener('pointerdown', unlock);
    document.addEventListener('keydown', unlock);
    return {
      start() {
        this.stop();
        tone();
        timer = setInterval(tone, 2000);
      },
      stop() {
        clearInterval(timer);
      },
    };
  })();
  const isField = (element) =>
    element?.matches?.('input:not([type=checkbox]):not([type=radio]), textarea, select') ?? false;
  let ringing;
  const offered = () => {
    const offer = byId('desk-offer').querySelector('[data-offer]');
    if (offer?.dataset.offer === ringing) return;
    ringing = offer?.dataset.offer;
    document.title = offer ? `● ${offer.dataset.title} · ${title}` : title;
    if (!offer) {
      ring.stop();
      return;
    }
    ring.start();
    if (!isField(document.activeElement)) offer.querySelector('[data-key=enter]')?.focus();
  };
  const drawn = () => {
    drawnAt = Date.now();
    offered();
    tick();
    restoreDraft();
  };
  desk.addEventListener('htmx:sse:after:message', (event) => {
    heard();
    if (!event.detail.message.event) drawn();
  });

  // Keys press buttons, outside fields, where the person has not switched that off.
  const help = byId('desk-help');
  const sure = byId('desk-sure');
  const keysOn = byId('desk-keys');
  keysOn.checked = localStorage.getItem('desk-keys') !== 'off';
  keysOn.addEventListener('change', () => localStorage.setItem('desk-keys', keysOn.checked ? 'on' : 'off'));
  for (const dialog of [help, sure])
    dialog.querySelector('button[value=no]').addEventListener('click', () => dialog.close());
  let asked;
  sure.querySelector('button[value=yes]').addEventListener('click', () => {
    sure.close();
    asked?.form.requestSubmit();
  });
  document.addEventListener(
    'click',
    (event) => {
      const button = event.target.closest?.('button[data-sure]');
      if (!button) return;
      event.preventDefault();
      event.stopPropagation();
      asked = button;
      byId('desk-sure-text').textContent = button.dataset.sure;
      sure.showModal();
    },
    true,
  );
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isOver) return;
    if (isField(event.target) || help.open || sure.open) return;
    const offer = byId('desk-offer').querySelector('[data-offer]');
    const key = event.key.toLowerCase();
    if (offer && key === 'escape') {
      const reasons = byId('decline');
      reasons.open = !reasons.open;
      reasons.querySelector(reasons.open ? 'button' : 'summary').focus();
    } else if (offer && key === 'enter' && !event.target.closest?.('button, a, summary')) {
      event.preventDefault();
      offer.querySelector('[data-key=enter]').click();
    } else if (offer) return;
    else if (key === '?') help.showModal();
    else if (keysOn.checked && /^[a-z]$/.test(key))
      desk.querySelector(`#desk-main [data-key=${key}]`)?.click();
  });

  // Notes: saved two seconds after the last letter, kept in this window until they are, and sent along with the outcome.
  const notes = () => byId('notes-text');
  const part = () => desk.querySelector('[data-notes]');
  const draftOf = (handoff) => `desk-draft-${handoff}`;
  let saveTimer;
  let saving = false;
  const restoreDraft = () => {
    const section = part();
    if (!section || section.dataset.restored) return;
    section.dataset.restored = 'yes';
    const draft = sessionStorage.getItem(draftOf(section.dataset.notes));
    if (draft === null || draft === notes().value) return;
    notes().value = draft;
    later(0);
  };
  const later = (milliseconds) => {
    clearTimeout(saveTimer);
    saveTimer = setTimeout(save, milliseconds);
  };
  const save = async () => {
    const section = part();
    if (!section || isOver) return;
    if (saving) return later(SAVE_MILLISECONDS);
    saving = true;
    const text = notes().value;
    const said = byId('notes-said');
    const { notes: handoff, version } = section.dataset;
    try {
      const response = await send('/desk/notes', { handoff, version, notes: text });
      if (response.status === 401) return over('ended');
      const answer = await response.json();
      said.textContent = answer.said;
      if (answer.version !== undefined) {
        section.dataset.version = answer.version;
        if (notes()?.value === text) sessionStorage.removeItem(draftOf(handoff));
      } else if (answer.others) {
        section.dataset.version = answer.others.version;
        notes().value = `${answer.others.body}\n\n${notes().value}`;
        said.textContent = section.dataset.merged;
        later(SAVE_MILLISECONDS);
      }
    } catch {
      said.textContent = section.dataset.unsaved;
      later(SAVE_MILLISECONDS);
    } finally {
      saving = false;
    }
  };
  desk.addEventListener('input', (event) => {
    if (event.target.id !== 'notes-text') return;
    const section = part();
    sessionStorage.setItem(draftOf(section.dataset.notes), event.target.value);
    byId('notes-said').textContent = section.dataset.unsaved;
    later(SAVE_MILLISECONDS);
  });
  // A person who leaves the page leaves nothing unsaved behind.
  addEventListener('pagehide', () => {
    const section = part();
    if (!section || sessionStorage.getItem(draftOf(section.dataset.notes)) === null) return;
    const { notes: handoff, version } = section.dataset;
    send('/desk/notes', { handoff, version, notes: notes().value }).catch(() => undefined);
  });
  desk.addEventListener('htmx:config:request', (event) => {
    const { ctx } = event.detail;
    if (!ctx.sourceElement.matches?.('[data-with-notes]')) return;
    clearTimeout(saveTimer);
    ctx.request.body.set('notes', notes()?.value ?? '');
    ctx.request.body.set('version', part()?.dataset.version ?? '0');
  });
  drawn();
}
