/** The words of messages as version 0.1.0 held them in its program, by language. Never changed: its calls were told in them. */
export const SMS_0_1_0: { readonly [language: string]: string } = {
  'zh-CN': `language: zh-CN
sms:
  code: 【{company}】您正在电话中办理：{purpose}。验证码{code}，{lifetime}内有效。请仅在电话上按键输入，切勿告诉任何人，工作人员绝不会索要。
  lock: # V11
    until: 【{company}】您的电话{factor}因连续输错已锁定至{time}。如非本人操作，请立即拨打客服热线按**冻结账户。工作人员绝不会索要密码或验证码。
    void: 【{company}】您的电话{factor}因连续输错已失效，请携带身份证到网点重新设置。如非本人操作，请立即拨打客服热线按**冻结账户。工作人员绝不会索要密码或验证码。
  freeze: 【{company}】您的账户已于{time}按电话请求冻结，资金无法转出。解冻须本人携带身份证到网点办理，电话不能解冻。如非本人请求，请尽快联系网点。 # V8, R18.2
  contact_change: 【{company}】您的联系电话已改为尾号{lastFour}的号码，回执号{receipt}。如非本人操作，请立即拨打客服热线按**冻结账户。
  action_done: 【{company}】已受理：{purpose}，回执号{receipt}。如非本人操作，请立即拨打客服热线按**冻结账户。 # V4, E3
  purpose:
    transfer: 转账{money}至尾号{lastFour}的账户
    repayment: 还款{money}至尾号{lastFour}的贷款
    loan_application: 申请贷款{money}
    contact_change: 将联系电话改为尾号{lastFour}的号码
  factor:
    query: 查询密码
    transaction: 交易密码
    code: 短信验证码
  lifetime:
    minutes: "{count}分钟"
    seconds: "{count}秒"
`,
  'vi-VN': `language: vi-VN
sms:
  code: "{company}: {purpose}. Mã {code}, hạn {lifetime}. Bấm mã trên máy, đừng nói ai. Nhân viên không hỏi mã."
  lock: # V11
    until: "{company}: {factor} bị khóa đến {time} vì nhập sai. Không phải bạn? Gọi hotline bấm ** để đóng băng. Giữ kín mã."
    void: "{company}: {factor} bị hủy, đặt lại ở chi nhánh, vì nhập sai. Không phải bạn? Gọi hotline bấm ** để đóng băng. Giữ kín mã."
  freeze: "{company}: tài khoản đã đóng băng qua điện thoại lúc {time}, không thể chuyển tiền. Mở lại: mang giấy tờ đến chi nhánh." # V8, R18.2
  contact_change: "{company}: số liên hệ đã đổi thành số đuôi {lastFour}, biên nhận {receipt}. Không phải bạn? Gọi hotline, bấm ** để đóng băng."
  action_done: "{company}: đã nhận: {purpose}, biên nhận {receipt}. Không phải bạn? Gọi hotline, bấm ** để đóng băng." # V4, E3
  purpose:
    transfer: chuyển {money} đến TK đuôi {lastFour}
    repayment: trả nợ {money} cho khoản vay đuôi {lastFour}
    loan_application: xin vay {money}
    contact_change: đổi số liên hệ thành số đuôi {lastFour}
  factor:
    query: PIN tra cứu
    transaction: PIN giao dịch
    code: Mã SMS
  lifetime:
    minutes: "{count} phút"
    seconds: "{count} giây"
`,
  'en-US': `language: en-US
sms:
  code: "{company}: {purpose}. Code {code}, valid {lifetime}. Key it in on the phone only. Never tell anyone, staff never ask for it."
  lock: # V11
    until: >-
      {company}: your {factor} is locked until {time} after wrong entries. Not you? Call the hotline, press ** to
      freeze. Staff never ask for a PIN or code.
    void: >-
      {company}: your {factor} is void after wrong entries. Come to a branch with your ID. Not you? Call the hotline,
      press ** to freeze. Staff never ask for a PIN or code.
  freeze: >- # V8, R18.2
    {company}: your account was frozen by phone at {time}, no money can leave it. To lift this, come to a branch with
    your ID. If you did not ask for it, contact a branch.
  contact_change: >-
    {company}: your contact number was changed to one ending {lastFour}, receipt {receipt}. If this was not you, call
    the hotline at once and press ** to freeze.
  action_done: >- # V4, E3
    {company}: done by phone: {purpose}, receipt {receipt}. If this was not you, call the hotline at once and press **
    to freeze.
  purpose:
    transfer: transfer {money} to account ending {lastFour}
    repayment: repayment of {money} to loan ending {lastFour}
    loan_application: loan application for {money}
    contact_change: change of contact number to one ending {lastFour}
  factor:
    query: query PIN
    transaction: transaction PIN
    code: one-time code
  lifetime:
    minutes: "{count} min"
    seconds: "{count} s"
`,
};
