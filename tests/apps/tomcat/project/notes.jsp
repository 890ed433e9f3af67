<%@ page contentType="text/plain" trimDirectiveWhitespaces="true"
         import="java.sql.*, javax.naming.InitialContext, javax.sql.DataSource" %>
<%
DataSource source = (DataSource) new InitialContext().lookup("java:comp/env/jdbc/notes");
String name = request.getParameter("name");
try (Connection connection = source.getConnection()) {
    if (request.getMethod().equals("POST")) {
        connection.setAutoCommit(false);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO note (name) VALUES (?)")) {
            insert.setString(1, name);
            insert.executeUpdate();
        }
        connection.commit();
        connection.setAutoCommit(true);
    }
    try (PreparedStatement select = connection.prepareStatement("SELECT count(*) FROM note WHERE name = ?")) {
        select.setString(1, name);
        ResultSet found = select.executeQuery();
        found.next();
        out.print(found.getInt(1));
    }
}
%>
