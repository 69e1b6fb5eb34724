import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customerKeys, findCustomer, readCustomers } from './customers.ts';
import { codeIn } from './inbox.client.ts';

const CUSTOMERS = readCustomers(
  JSON.stringify([
    {
      name: '王小明',
      locale: 'zh-CN',
      registeredPhone: '+8613800138000',
      nationalId: '11010519491231002x',
      queryPin: '271828',
      transactionPin: '314159',
      state: 'active',
      accounts: [],
    },
    {
      name: 'Nguyễn Văn An',
      locale: 'vi-VN',
      registeredPhone: '+84912345678',
      nationalId: '001090012345',
      queryPin: null,
      transactionPin: null,
      state: 'locked',
    },
    { name: 'Nobody', locale: 'vi-VN', registeredPhone: null, nationalId: '1', state: 'active' },
  ]),
);

test('customers are found by name, position, state and locale', () => {
  assert.equal(findCustomer(CUSTOMERS, 'Nguyễn Văn An')?.state, 'locked');
  assert.equal(findCustomer(CUSTOMERS, '1')?.name, '王小明');
  assert.equal(findCustomer(CUSTOMERS, 'state:locked')?.name, 'Nguyễn Văn An');
  assert.equal(findCustomer(CUSTOMERS, 'state:active locale:vi-VN')?.name, 'Nobody');
  assert.equal(findCustomer(CUSTOMERS, '0'), undefined);
  assert.equal(findCustomer(CUSTOMERS, 'state:frozen'), undefined);
  assert.equal(findCustomer(CUSTOMERS, 'unknown name'), undefined);
});

test('a number is keyed as at home, an X as *, and a wrong PIN is nobody’s', () => {
  const [chinese, vietnamese, nobody] = CUSTOMERS;
  assert.ok(chinese && vietnamese && nobody);
  assert.equal(customerKeys(chinese, 'phone'), '13800138000');
  assert.equal(customerKeys(vietnamese, 'phone'), '0912345678');
  assert.equal(customerKeys(nobody, 'phone'), undefined);
  assert.equal(customerKeys(chinese, 'id'), '11010519491231002*');
  assert.equal(customerKeys(vietnamese, 'queryPin'), undefined);
  assert.equal(customerKeys(chinese, 'wrongPin'), '161803');
});

test('customers of another shape are refused with what is missing', () => {
  assert.throws(() => readCustomers('nonsense'), /not JSON/);
  assert.throws(() => readCustomers('[]'), /demo-customers/);
  assert.throws(() => readCustomers('[{"name":"x"}]'), /0\.nationalId/);
});

test('the code in a message is found beside amounts and numbers', () => {
  assert.equal(codeIn('转账 15000.00 元，验证码 042917，请勿告诉任何人'), '042917');
  assert.equal(
    codeIn('Transfer 10000000 VND to payee 4321. Your code is 042917. Never tell anyone.'),
    '042917',
  );
  assert.equal(codeIn('Mã xác thực: 042917. Chuyển 10.000.000 VND'), '042917');
  assert.equal(codeIn('您的账户已锁定 30 分钟'), undefined);
  assert.equal(codeIn('金额 1,234,567 元'), undefined);
});
