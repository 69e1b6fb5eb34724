import { drawScreens, PICTURES } from './screens.ts';

// `npm run screenshots`: the pictures of the documents, as the pages are now.
await drawScreens(PICTURES);
