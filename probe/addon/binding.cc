/*
 * The probe as JavaScript sees it: small methods over numbers and byte arrays. Arguments are checked in TypeScript.
 * Failures are returned as values, {errno, code, what}, and become errors there.
 */
#include <cerrno>
#include <cstring>
#include <napi.h>
#include "probe.h"

Napi::Object init_system(Napi::Env env, Napi::Object exports);

namespace {

/* The names of errors that can come up; strerrorname_np is not in every C library. */
const char *error_name(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{EPERM, "EPERM"},   {ENOENT, "ENOENT"}, {E2BIG, "E2BIG"},   {EBADF, "EBADF"},   {EAGAIN, "EAGAIN"},
		{ENOMEM, "ENOMEM"}, {EACCES, "EACCES"}, {EFAULT, "EFAULT"}, {EBUSY, "EBUSY"},   {EEXIST, "EEXIST"},
		{ENODEV, "ENODEV"}, {EINVAL, "EINVAL"}, {ENFILE, "ENFILE"}, {EMFILE, "EMFILE"}, {ENOSPC, "ENOSPC"},
		{ENOSYS, "ENOSYS"}, {ESRCH, "ESRCH"},   {EINTR, "EINTR"},   {ERANGE, "ERANGE"}, {EOPNOTSUPP, "EOPNOTSUPP"},
	};
	for (const auto &n : names)
		if (n.error == error)
			return n.name;
	return "EUNKNOWN";
}

Napi::Object failure_object(Napi::Env env, const burin::Failure &f)
{
	Napi::Object o = Napi::Object::New(env);
	o.Set("errno", f.error);
	o.Set("code", error_name(f.error));
	o.Set("what", f.what);
	return o;
}

burin::Injection injection(const Napi::CallbackInfo &info, size_t i)
{
	burin::Injection in;
	if (info.Length() > i + 1 && info[i].IsString()) {
		in.stage = info[i].As<Napi::String>().Utf8Value();
		in.error = info[i + 1].As<Napi::Number>().Int32Value();
	}
	return in;
}

class ProbeObject : public Napi::ObjectWrap<ProbeObject> {
      public:
	static void Register(Napi::Env env, Napi::Object exports)
	{
		exports.Set("Probe", DefineClass(env, "Probe",
						 {
							 InstanceMethod("open", &ProbeObject::Open),
							 InstanceMethod("attach", &ProbeObject::Attach),
							 InstanceMethod("detach", &ProbeObject::Detach),
							 InstanceMethod("drain", &ProbeObject::Drain),
							 InstanceMethod("set", &ProbeObject::Set),
							 InstanceMethod("get", &ProbeObject::Get),
							 InstanceMethod("setWanted", &ProbeObject::SetWanted),
							 InstanceMethod("follow", &ProbeObject::Follow),
							 InstanceMethod("select", &ProbeObject::Select),
							 InstanceMethod("stats", &ProbeObject::Stats),
							 InstanceMethod("close", &ProbeObject::Close),
						 }));
	}
	explicit ProbeObject(const Napi::CallbackInfo &info) : Napi::ObjectWrap<ProbeObject>(info) {}

      private:
	/* open(ringBytes, injectStage?, injectErrno?): null or a failure */
	Napi::Value Open(const Napi::CallbackInfo &info)
	{
		burin::Failure f =
			probe_.open(static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value()), injection(info, 1));
		if (f)
			return failure_object(info.Env(), f);
		return info.Env().Null();
	}
	/* attach(hooks, injectStage?, injectErrno?): a failure, or the list of warnings */
	Napi::Value Attach(const Napi::CallbackInfo &info)
	{
		std::vector<std::string> hooks, warnings;
		Napi::Array names = info[0].As<Napi::Array>();
		for (uint32_t i = 0; i < names.Length(); i++)
			hooks.push_back(names.Get(i).As<Napi::String>().Utf8Value());
		burin::Failure f = probe_.attach(hooks, warnings, injection(info, 1));
		if (f)
			return failure_object(info.Env(), f);
		Napi::Array out = Napi::Array::New(info.Env(), warnings.size());
		for (uint32_t i = 0; i < warnings.size(); i++)
			out.Set(i, warnings[i]);
		return out;
	}
	Napi::Value Detach(const Napi::CallbackInfo &info)
	{
		probe_.detach(info[0].As<Napi::String>().Utf8Value());
		return info.Env().Undefined();
	}
	/* drain(bytes, start, horizon ns): the end of the last block */
	Napi::Value Drain(const Napi::CallbackInfo &info)
	{
		Napi::Uint8Array bytes = info[0].As<Napi::Uint8Array>();
		size_t start = info[1].As<Napi::Number>().Uint32Value();
		uint64_t horizon = info[2].As<Napi::Number>().Int64Value();
		size_t size = bytes.ByteLength();
		size_t n = start < size ? probe_.drain(bytes.Data() + start, size - start, horizon) : 0;
		return Napi::Number::New(info.Env(), static_cast<double>(start + n));
	}
	Napi::Value Set(const Napi::CallbackInfo &info)
	{
		burin_settings *s = probe_.settings();
		std::string name = info[0].As<Napi::String>().Utf8Value();
		uint32_t v = info[1].As<Napi::Number>().Uint32Value();
		if (!s)
			return info.Env().Undefined();
		if (name == "on")
			s->on = v;
		else if (name == "snaplen")
			s->snaplen = v;
		else if (name == "follow")
			s->follow = v;
		else if (name == "fds")
			s->fds = v;
		else if (name == "helper")
			s->helper = v;
		return info.Env().Undefined();
	}
	Napi::Value Get(const Napi::CallbackInfo &info)
	{
		burin_settings *s = probe_.settings();
		std::string name = info[0].As<Napi::String>().Utf8Value();
		if (!s)
			return info.Env().Undefined();
		double v = name == "self" ? s->self : name == "on" ? s->on : name == "snaplen" ? s->snaplen : s->follow;
		return Napi::Number::New(info.Env(), v);
	}
	/* setWanted(bytes): one byte an event number, 1 enter, 2 exit */
	Napi::Value SetWanted(const Napi::CallbackInfo &info)
	{
		burin_settings *s = probe_.settings();
		Napi::Uint8Array bytes = info[0].As<Napi::Uint8Array>();
		for (size_t i = 0; s && i < BURIN_NR_TOTAL; i++)
			s->wanted[i] = i < bytes.ByteLength() ? bytes[i] : 0;
		return info.Env().Undefined();
	}
	Napi::Value Follow(const Napi::CallbackInfo &info)
	{
		burin::Failure f = probe_.follow(info[0].As<Napi::Number>().Uint32Value(), info[1].As<Napi::Boolean>().Value());
		if (f)
			return failure_object(info.Env(), f);
		return info.Env().Null();
	}
	/* select(pids, tids, names): null or a failure */
	Napi::Value Select(const Napi::CallbackInfo &info)
	{
		auto numbers = [](const Napi::Value &v) {
			Napi::Array list = v.As<Napi::Array>();
			std::vector<uint32_t> out;
			for (uint32_t i = 0; i < list.Length(); i++)
				out.push_back(list.Get(i).As<Napi::Number>().Uint32Value());
			return out;
		};
		std::vector<std::string> names;
		Napi::Array texts = info[2].As<Napi::Array>();
		for (uint32_t i = 0; i < texts.Length(); i++)
			names.push_back(texts.Get(i).As<Napi::String>().Utf8Value());
		burin::Failure f = probe_.select(numbers(info[0]), numbers(info[1]), names);
		if (f)
			return failure_object(info.Env(), f);
		return info.Env().Null();
	}
	/* stats(): [delivered, skipped, bytes waiting, then for each CPU: seen, full, copy, limit, submitted] */
	Napi::Value Stats(const Napi::CallbackInfo &info)
	{
		std::vector<burin::Totals> cpus = probe_.per_cpu();
		Napi::Float64Array out = Napi::Float64Array::New(info.Env(), 3 + cpus.size() * 5);
		out[0] = probe_.delivered();
		out[1] = probe_.skipped();
		out[2] = probe_.pending();
		size_t i = 3;
		for (const burin::Totals &t : cpus) {
			out[i++] = t.seen;
			out[i++] = t.full;
			out[i++] = t.copy;
			out[i++] = t.limit;
			out[i++] = t.submitted;
		}
		return out;
	}
	Napi::Value Close(const Napi::CallbackInfo &info)
	{
		probe_.close();
		return info.Env().Undefined();
	}

	burin::Probe probe_;
};

Napi::Object init(Napi::Env env, Napi::Object exports)
{
	ProbeObject::Register(env, exports);
	return init_system(env, exports);
}

} // namespace

NODE_API_MODULE(burin, init)
