# Makes the calls that arrive on stdin with the AWS SDK for Ruby, one JSON object a line, and writes what the SDK made of each reply.
#
# {"operation": NAME, "input": {...}}  ->  {"output": {...}} or {"error": {"code", "message", "typed"}}
#
# STS alone: it is the one service of ours that the core of the SDK has, and the distribution packs no other.
require "aws-sdk-core"
require "json"
require "time"

# The versions of 2022 do not read AWS_ENDPOINT_URL and would call the real AWS.
CLIENT = Aws::STS::Client.new(endpoint: ENV.fetch("AWS_ENDPOINT_URL"))

def snake(name) = name.gsub(/(?<!^)([A-Z])/, '_\1').downcase

def camel(value)
  case value
  when Hash then value.to_h { |name, member| [name.to_s.split("_").map(&:capitalize).join, camel(member)] }
  when Array then value.map { |member| camel(member) }
  when Time then value.utc.iso8601
  else value
  end
end

STDIN.each_line do |line|
  request = JSON.parse(line)
  begin
    input = request["input"].to_h { |name, member| [snake(name).to_sym, member] }
    reply = { output: camel(CLIENT.public_send(snake(request["operation"]), input).to_h) }
  rescue Aws::STS::Errors::ServiceError => error
    reply = { error: { code: error.code, message: error.message, typed: error.class.name == "Aws::STS::Errors::#{error.code}" } }
  end
  puts JSON.generate(reply)
  STDOUT.flush
end
