// Every test of a store that src runs on Node's own SQLite, once more on npm sqlite3. This comes first:
import './on-sqlite3.ts';
import './store-suites.ts';
