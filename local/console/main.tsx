// The entry of the console's bundle: it renders the page of the address.
import { render } from 'preact';
import { Audit } from './audit.tsx';
import { Console } from './console.tsx';

render(location.pathname === '/console/audit.html' ? <Audit /> : <Console />, document.body);
