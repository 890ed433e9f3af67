<?php
$c->domain_name = "calendar.example";
$c->sysabbr = "DAViCal";
$c->system_name = "Calendars";
$c->default_locale = "en_US.UTF-8";
$c->pg_connect[] = "dbname=davical host=db port=5432 user=davical_app password=secret";
