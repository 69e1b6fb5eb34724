import type { SmsKey } from './sms-keys.ts';

/**
 * Texts that releases published before them do not have, in the words they are written in then. A release never changes,
 * and what a newer program has to say of its own must not be said in words that mean something else.
 */
export const SMS_INSTEAD: {
  readonly [key in SmsKey]?: { readonly [language: string]: string };
} = {
  'freeze.everywhere': {
    'zh-CN':
      '【{company}】您的账户已按您{time}的来电请求冻结，各渠道均不能转出款项，只能归还自己的贷款。解冻须本人携带身份证到网点办理。如非本人请求，请尽快联系网点。',
    'vi-VN':
      '{company}: tài khoản đã khóa trên mọi kênh theo yêu cầu qua điện thoại lúc {time}, chỉ còn trả được khoản vay của mình. Mở khóa: mang căn cước đến chi nhánh.',
    'en-US':
      '{company}: your account is frozen in every channel, as you asked at {time}; only your own loan can be repaid. To lift this, visit a branch with your ID.',
  },
  'freeze.thisLine': {
    'zh-CN':
      '【{company}】已按您{time}的来电请求冻结：电话银行不能再转出款项。我们正在通知其他渠道，直到办妥，办妥后另发短信。解冻须本人携带身份证到网点办理。',
    'vi-VN':
      '{company}: theo yêu cầu lúc {time}, kênh điện thoại đã khóa. Đang báo các kênh khác đến khi xong, sẽ nhắn tin sau. Mở khóa: mang căn cước đến chi nhánh.',
    'en-US':
      '{company}: as asked at {time}, nothing moves by phone. We are telling all other channels until it is done, then text you. To lift this, visit a branch with your ID.',
  },
  'freeze.nowEverywhere': {
    'zh-CN':
      '【{company}】您{time}请求的冻结现已在各渠道生效，均不能转出款项，只能归还自己的贷款。解冻须本人携带身份证到网点办理。',
    'vi-VN':
      '{company}: yêu cầu khóa lúc {time} nay đã có hiệu lực trên mọi kênh, chỉ còn trả được khoản vay của mình. Mở khóa: mang căn cước đến chi nhánh.',
    'en-US':
      '{company}: the freeze asked for at {time} now holds in every channel; only your own loan can be repaid. To lift this, visit a branch with your ID.',
  },
  'new_number.ending': {
    'zh-CN':
      '【{company}】{time}有来电输入了您正确的{factor}，来电号码尾号{lastFour}，此前没有用过。如非本人操作，请立即拨打{hotline}，连按两次*键冻结账户。',
    'vi-VN':
      '{company}: lúc {time} có cuộc gọi từ số mới ...{lastFour} nhập đúng {factor}. Nếu không phải Quý khách, gọi {hotline} bấm ** để khóa tài khoản.',
    'en-US':
      '{company}: your {factor} was keyed at {time} on a call from a new number ending {lastFour}. Not you? Call {hotline} at once, press ** to freeze.',
  },
  'new_number.hidden': {
    'zh-CN':
      '【{company}】{time}有来电输入了您正确的{factor}，来电隐藏了号码。如非本人操作，请立即拨打{hotline}，连按两次*键冻结账户。',
    'vi-VN':
      '{company}: lúc {time} có cuộc gọi từ số bị ẩn nhập đúng {factor}. Nếu không phải Quý khách, gọi {hotline} bấm ** để khóa tài khoản.',
    'en-US':
      '{company}: your {factor} was keyed at {time} on a call that hid its number. Not you? Call {hotline} at once, press ** to freeze.',
  },
  more_events: {
    'zh-CN':
      '【{company}】您的账户今天另有{count}项变动，今天不再逐条发送短信。详情请拨打{hotline}查询；如非本人操作，请立即拨打并连按两次*键冻结账户。',
    'vi-VN':
      '{company}: hôm nay còn {count} giao dịch nữa, không nhắn thêm. Gọi {hotline} để nghe; không phải Quý khách, bấm ** để khóa.',
    'en-US':
      "{company}: {count} more events on your account today; this is today's last message about them. Call {hotline} to hear of them. If they were not yours, press ** there to freeze.",
  },
};
