import type { Assets } from '../console/assets.service.ts';
import { type Html, html } from '../console/html.ts';

/** The description of the API to be read and tried: for developers, in English alone. */
export function docsPage(assets: Assets): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>API · Verification desk</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="${assets.url('icon.svg')}">
<link rel="stylesheet" href="${assets.url('swagger.css')}">
</head>
<body>
<main id="api"></main>
<script src="${assets.url('swagger.js')}"></script>
<script src="${assets.url('api-docs.js')}"></script>
</body>
</html>`;
}
