#include "codec.hpp"

#include "byte_fields.hpp"

namespace pirn::apps::kv {

namespace {

// What a message consists of is said once, for the writer and for the reader.

template <class Coder, class Message>
void code_command(Coder& coder, Message& one) {
  coder.fields(one.what, one.client, one.sequence, one.key, one.expected, one.value);
}
void code(field_writer& coder, const command& one) {
  code_command(coder, one);
}
void code(field_reader& coder, command& one) {
  code_command(coder, one);
  if (one.what > command::kind::compare_and_swap) field_reader::fail();
}

template <class Coder, class Message>
void code_entry(Coder& coder, Message& one) {
  coder.fields(one.term);
  code(coder, one.what);
}

template <class Coder, class Message>
  requires requires(Message& one) { one.candidate; }
void code(Coder& coder, Message& one) {
  coder.fields(one.term, one.candidate, one.last_index, one.last_term);
}
template <class Coder, class Message>
  requires requires(Message& one) { one.granted; }
void code(Coder& coder, Message& one) {
  coder.fields(one.term, one.granted);
}
template <class Coder, class Message>
  requires requires(Message& one) { one.matches; }
void code(Coder& coder, Message& one) {
  coder.fields(one.term, one.matches, one.index);
}
template <class Coder, class Message>
  requires requires(Message& one) { one.is_done; }
void code(Coder& coder, Message& one) {
  coder.fields(one.is_done, one.leader, one.what.value, one.what.swapped);
}

template <class Coder, class Message>
void code_append(Coder& coder, Message& one) {
  coder.fields(one.term, one.leader, one.previous_index, one.previous_term, one.committed);
}
void code(field_writer& coder, const append_request& one) {
  code_append(coder, one);
  coder.fields(static_cast<std::uint32_t>(one.entries.size()));
  for (const entry& each : one.entries) code_entry(coder, each);
}
void code(field_reader& coder, append_request& one) {
  code_append(coder, one);
  std::uint32_t count = 0;
  coder.fields(count);
  for (std::uint32_t i = 0; i < count; ++i) code_entry(coder, one.entries.emplace_back());
}

template <class Variant>
std::string encoded_variant(const Variant& said) {
  field_writer out;
  out.fields(static_cast<std::uint8_t>(said.index()));
  std::visit([&](const auto& one) { code(out, one); }, said);
  return out.take();
}

template <class Message>
Message decoded(field_reader& in) {
  Message read{};
  code(in, read);
  in.end();
  return read;
}

}  // namespace

std::string encoded(const request& said) {
  return encoded_variant(said);
}

std::string encoded(const reply& said) {
  return encoded_variant(said);
}

std::string encoded(const entry& kept) {
  field_writer out;
  code_entry(out, kept);
  return out.take();
}

request decoded_request(std::string_view bytes) {
  field_reader in(bytes);
  std::uint8_t kind = 0;
  in.fields(kind);
  if (kind == 0) return decoded<vote_request>(in);
  if (kind == 1) return decoded<append_request>(in);
  if (kind == 2) return decoded<command>(in);
  field_reader::fail();
}

reply decoded_reply(std::string_view bytes) {
  field_reader in(bytes);
  std::uint8_t kind = 0;
  in.fields(kind);
  if (kind == 0) return decoded<vote_answer>(in);
  if (kind == 1) return decoded<append_answer>(in);
  if (kind == 2) return decoded<client_answer>(in);
  field_reader::fail();
}

entry decoded_entry(std::string_view bytes) {
  field_reader in(bytes);
  entry read;
  code_entry(in, read);
  in.end();
  return read;
}

}  // namespace pirn::apps::kv
