# Runs the files of tests that are named, and reports them as JUnit's XML: Rails' own runner wants Bundler, and the
# reporter of minitest-reporters in Debian an older Ruby.
require "cgi"
require "fileutils"
$LOAD_PATH.unshift("test")
ENV["ARCONN"] = "postgresql"
ENV["SEED"] ||= "1" # the same order on both ways
require "cases/helper"

class JUnitReporter < Minitest::AbstractReporter
  def start = @results = []
  def record(result) = @results << result

  def report
    FileUtils.mkdir_p("test/reports")
    File.write("test/reports/TEST-activerecord.xml", "<testsuite name=\"activerecord\">\n#{@results.map { |r| xml(r) }.join}</testsuite>\n")
  end

  def xml(result)
    inside = result.skipped? ? "<skipped/>" : result.failures.map { |f| failure(f) }.join
    "<testcase classname=\"#{text(result.klass)}\" name=\"#{text(result.name)}\" time=\"#{result.time}\">#{inside}</testcase>\n"
  end

  def failure(found) = "<failure message=\"#{text(found.message.lines.first(2).join)}\">#{text(found.message)}</failure>"
  def text(words) = CGI.escapeHTML(words.to_s.scrub.gsub(/[^\t\n\r -\u{10FFFF}]/, "?"))
end

module Minitest
  def self.plugin_junit_init(_options) = reporter << JUnitReporter.new
end
Minitest.extensions << "junit"

patterns = ARGV.dup
ARGV.clear
patterns.each { |pattern| Dir[pattern].sort.each { |file| require File.expand_path(file) } }
