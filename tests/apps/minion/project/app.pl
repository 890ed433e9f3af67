#!/usr/bin/env perl
# A shop's mails: the web application enqueues them, and the worker sends them.
use Mojolicious::Lite -signatures;

plugin Minion => {Pg => $ENV{DATABASE_URL}};
app->secrets(['only for tests']);
app->minion->add_task(mail => sub ($job, $to) { $job->finish("sent to $to") });

post '/mails' => sub ($c) {
    my $id = $c->minion->enqueue(mail => [$c->req->json->{to}] => {queue => $c->req->json->{queue} // 'default'});
    $c->render(json => {id => $id});
};

get '/mails/:id' => sub ($c) { $c->render(json => $c->minion->job($c->param('id'))->info) };

get '/' => {text => 'ready'};

app->start;
